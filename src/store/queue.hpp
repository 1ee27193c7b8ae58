// EventQueue on a table of PostgreSQL, woken by NOTIFY.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "bizcomms/alert/queue.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/db/pool.hpp"
#include "bizcomms/store/store.hpp"

namespace bizcomms::store {

class PostgresQueue final : public alert::EventQueue {
public:
  PostgresQueue(db::Pool& pool, const Settings& settings, const Log& log);
  ~PostgresQueue() override;

  Result<std::vector<bool>> publish(std::span<const alert::Event> events) override;
  Result<std::vector<alert::Message>> receive(alert::Lane lane, int max, Millis wait, const std::stop_token& stop) override;
  Result<std::vector<bool>> extend(std::span<const alert::Receipt> receipts) override;
  Result<std::vector<bool>> ack(std::span<const alert::Receipt> receipts) override;
  Status release(const alert::Receipt& receipt, Millis delay, const std::string& reason) override;
  Result<std::vector<bool>> give_back(std::span<const alert::Message> messages, Millis delay) override;
  Result<alert::QueueDepth> depth(alert::Lane lane) override;
  Result<std::vector<alert::DeadLetter>> dead_letters(int limit, const std::string& after_id) override;
  Status replay(const std::string& dead_letter_id) override;

private:
  Result<std::vector<alert::Message>> take(alert::Lane lane, int max, Millis& next_in);
  Result<std::vector<bool>> by_receipt(const db::Statement& statement, std::span<const alert::Receipt> receipts,
                                       std::optional<Millis> time);
  void tell_of_dead_letter(std::int64_t id, const alert::Message& message, const std::string& reason) const;
  void listen_from_now_on();
  void listen(const std::stop_token& stop);
  void wake(alert::Lane lane);

  db::Pool& m_pool;
  const alert::QueueSettings m_settings;
  const Millis m_poll;
  const Log m_log;
  std::mutex m_mutex;  // guards m_woken
  std::condition_variable_any m_changed;
  std::array<std::uint64_t, 2> m_woken{};  // by lane: how often
  std::once_flag m_listening;
  std::jthread m_listener;  // started by the first receive: who only publishes needs none
};

}  // namespace bizcomms::store
