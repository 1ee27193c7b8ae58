#include "http/handler_pool.hpp"

#include <utility>

#include "http/thread_name.hpp"

namespace bizcomms::http {

HandlerPool::HandlerPool(const std::string& name, int threads, int queue_max) : m_queue_max(static_cast<std::size_t>(queue_max)) {
  m_idle.reserve(static_cast<std::size_t>(threads));
  const std::scoped_lock lock(m_mutex);
  for (int i = 0; i < threads; ++i) {
    auto& worker = *m_workers.emplace_back(std::make_unique<Worker>());
    m_idle.push_back(&worker);  // from the start, however late its thread gets going
    worker.thread = std::jthread([this, &worker] { work(worker); });
    name_thread(worker.thread, name);
  }
}

bool HandlerPool::submit(Job& job) {
  Worker* worker = nullptr;
  {
    const std::scoped_lock lock(m_mutex);
    if (m_stopping) { return false; }
    if (m_idle.empty()) {
      if (m_queue.size() >= m_queue_max) { return false; }
      m_queue.push_back(&job);
      return true;
    }
    worker = m_idle.back();
    m_idle.pop_back();
    worker->job = &job;
  }
  worker->wake.notify_one();
  return true;
}

void HandlerPool::refuse() {
  const std::scoped_lock lock(m_mutex);
  m_stopping = true;
  m_queue.clear();
}

void HandlerPool::stop() {
  refuse();
  for (const auto& worker : m_workers) { worker->wake.notify_one(); }
  for (const auto& worker : m_workers) {
    if (worker->thread.joinable()) { worker->thread.join(); }
  }
}

void HandlerPool::work(Worker& worker) {
  for (Job* job = handed_job(worker, std::unique_lock(m_mutex)); job != nullptr; job = next_job(worker)) { job->run(); }
}

Job* HandlerPool::next_job(Worker& worker) {
  std::unique_lock lock(m_mutex);
  if (!m_queue.empty()) {
    Job* job = m_queue.front();
    m_queue.pop_front();
    return job;
  }
  m_idle.push_back(&worker);
  return handed_job(worker, std::move(lock));
}

Job* HandlerPool::handed_job(Worker& worker, std::unique_lock<std::mutex> lock) {
  worker.wake.wait(lock, [&] { return worker.job != nullptr || m_stopping; });
  return std::exchange(worker.job, nullptr);
}

}  // namespace bizcomms::http
