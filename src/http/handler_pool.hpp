// Threads for handlers that may block. A job goes straight to the thread that fell idle last: it wakes exactly one, with warm caches.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bizcomms/http/server.hpp"

namespace bizcomms::http {

class Job {
public:
  virtual ~Job() = default;
  virtual void run() noexcept = 0;
};

// Thread-safe. Jobs are not owned: each must live until it has run, or until stop() has returned.
class HandlerPool {
public:
  HandlerPool(const std::string& name, int threads, int queue_max);
  ~HandlerPool() { stop(); }
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;

  // False, and nothing done, when all threads are busy and the queue is full.
  [[nodiscard]] bool submit(Job& job);
  void refuse();  // takes no more; those still queued are never run
  void stop();    // refuses, and waits for running jobs

private:
  struct Worker {
    std::condition_variable wake;
    Job* job = nullptr;  // handed over by submit()
    std::jthread thread;
  };
  void work(Worker& worker);
  [[nodiscard]] Job* next_job(Worker& worker);  // from the queue, or else the next that is handed over
  [[nodiscard]] Job* handed_job(Worker& worker, std::unique_lock<std::mutex> lock);

  std::size_t m_queue_max;
  std::mutex m_mutex;  // guards all below, and each worker's job
  bool m_stopping = false;
  std::deque<Job*> m_queue;
  std::vector<Worker*> m_idle;  // the last one fell idle last
  std::vector<std::unique_ptr<Worker>> m_workers;
};

// Thread-safe.
struct HandlerPools {
  explicit HandlerPools(const ServerSettings& settings)
      : readers(settings.name + "-read", settings.reader_threads, settings.handler_queue_max),
        writers(settings.name + "-write", settings.writer_threads, settings.handler_queue_max) {}

  [[nodiscard]] HandlerPool& of(std::string_view method) { return method == "GET" || method == "HEAD" ? readers : writers; }
  void stop() {
    for (HandlerPool* pool : {&readers, &writers}) { pool->refuse(); }
    for (HandlerPool* pool : {&readers, &writers}) { pool->stop(); }
  }

  HandlerPool readers;
  HandlerPool writers;
};

}  // namespace bizcomms::http
