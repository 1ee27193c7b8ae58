// What a server is measured by while others misuse it: a client that does as it should, and the memory that the server takes.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/cell.hpp"
#include "support/wire/raw_client.hpp"

namespace bizcomms::test {

// A whole request with that API key. `fields` are header lines, each with its end.
[[nodiscard]] std::string keyed_request(const std::string& key, const std::string& method, const std::string& target,
                                        const std::string& body = {}, const std::string& fields = {});

// Posts alerts and reads them back in a thread of its own, on new and on old connections, and notes every answer that is not right.
class WellBehaved {
public:
  // `fields` go with each request.
  explicit WellBehaved(Cell& cell, std::string fields = {});
  ~WellBehaved() = default;  // stops
  WellBehaved(const WellBehaved&) = delete;
  WellBehaved& operator=(const WellBehaved&) = delete;

  // Waits until so many more rounds ended well; false when there is something to complain of, or it takes too long.
  [[nodiscard]] bool goes_on(int rounds = 20);
  [[nodiscard]] std::string complaints() const;

private:
  void run(const std::stop_token& stop);
  bool ask_once(http::RawClient& client);
  bool expect(const http::RawAnswer& answer, int status, const std::string& content);
  [[nodiscard]] int rounds() const;

  const std::string m_address;
  const std::string m_key;
  const std::string m_fields;
  mutable std::mutex m_mutex;  // guards m_complaints, m_rounds
  std::string m_complaints;
  int m_rounds = 0;
  std::jthread m_thread;
};

// Resident memory of a process in KiB, now and at its highest, as the kernel counts it.
struct Memory {
  long now_kib = 0;
  long peak_kib = 0;
};
[[nodiscard]] Memory memory_of(pid_t process);

inline constexpr long k_mib = 1024;  // in KiB
// Fails the test when the peak lies more than `more_kib` above what it was before.
void expect_memory_bounded(pid_t process, const Memory& before, long more_kib);

}  // namespace bizcomms::test
