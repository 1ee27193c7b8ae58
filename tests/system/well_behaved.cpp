#include "system/well_behaved.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <utility>

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

constexpr int k_rounds_per_connection = 5;

// A sanitizer keeps shadows and freed blocks: the figures say nothing about the program then.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool k_memory_is_plain = false;
#else
constexpr bool k_memory_is_plain = true;
#endif

}  // namespace

std::string keyed_request(const std::string& key, const std::string& method, const std::string& target, const std::string& body,
                          const std::string& fields) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: h\r\nX-API-Key: " + key + "\r\n" + fields;
  if (!body.empty()) { text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"; }
  return text + "\r\n" + body;
}

WellBehaved::WellBehaved(Cell& cell, std::string fields)
    : m_address(cell.api_address()),
      m_key(cell.key()),
      m_fields(std::move(fields)),
      m_thread([this](const std::stop_token& stop) { run(stop); }) {}

void WellBehaved::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    http::RawClient client(m_address);
    for (int i = 0; i < k_rounds_per_connection && !stop.stop_requested(); ++i) {
      if (!ask_once(client)) { return; }
      const std::scoped_lock lock(m_mutex);
      ++m_rounds;
    }
  }
}

bool WellBehaved::ask_once(http::RawClient& client) {
  const auto posted = client.ask(keyed_request(m_key, "POST", "/v1/alerts", R"({"title":"Sound","message":"All is well."})", m_fields));
  if (!expect(posted, 202, R"("alert_id":"alert_)")) { return false; }
  const auto begin = posted.body.find("alert_", posted.body.find(R"("alert_id":)") + 11);
  const auto id = posted.body.substr(begin, posted.body.find('"', begin) - begin);
  return expect(client.ask(keyed_request(m_key, "GET", "/v1/alerts/" + id, {}, m_fields)), 200, R"("title":"Sound")");
}

bool WellBehaved::expect(const http::RawAnswer& answer, int status, const std::string& content) {
  if (answer.status == status && answer.body.find(content) != std::string::npos) { return true; }
  const std::scoped_lock lock(m_mutex);
  m_complaints += "expected " + std::to_string(status) + ", got " + std::to_string(answer.status) + ": " + answer.body + "\n";
  return false;
}

int WellBehaved::rounds() const {
  const std::scoped_lock lock(m_mutex);
  return m_rounds;
}

std::string WellBehaved::complaints() const {
  const std::scoped_lock lock(m_mutex);
  return m_complaints;
}

bool WellBehaved::goes_on(int rounds) {
  const int wanted = this->rounds() + rounds;
  return eventually([&] { return !complaints().empty() || this->rounds() >= wanted; }, 60s) && complaints().empty();
}

Memory memory_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  Memory memory;
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") { status >> memory.now_kib; }
    if (word == "VmHWM:") { status >> memory.peak_kib; }
  }
  return memory;
}

void expect_memory_bounded(pid_t process, const Memory& before, long more_kib) {
  const auto after = memory_of(process);
  testing::Test::RecordProperty("kib_before", std::to_string(before.now_kib));
  testing::Test::RecordProperty("kib_peak", std::to_string(after.peak_kib));
  if (k_memory_is_plain) { EXPECT_LE(after.peak_kib, before.now_kib + more_kib) << "before: " << before.now_kib << " KiB"; }
}

}  // namespace bizcomms::test
