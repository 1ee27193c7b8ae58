#include "drill/phones.hpp"

#include <stdexcept>

namespace bizcomms::drill {

Phones::Phones(Web& web, const test::Environment& options) : m_web(web) {
  m_running.process = std::make_unique<test::Process>(std::vector<std::string>{test::binary(), "simulate"}, options);
  std::string address;
  const auto line = m_running.process->wait_for_line([&](const std::string& each) {
    const auto document = json::Document::parse(each);
    if (document) { address = document->root()["address"].as_string().value_or(""); }
    return !address.empty();
  });
  if (!line) { throw std::runtime_error("simulate did not start: " + m_running.process->output()); }
  m_running.address = address;
}

void Phones::set_faults(const std::string& json) {
  const auto answer = m_web.ask("PUT", url() + "/simulator/faults", json);
  if (answer.status != 200) { throw std::runtime_error("faults: " + answer.body); }
}

std::int64_t Phones::taken() { return statistics().json()["messages"].as_int().value_or(0); }

bool Phones::callbacks_idle() {
  const auto answer = statistics();
  const auto webhooks = answer.json()["webhooks"];
  return webhooks["waiting"].as_int() == 0 && webhooks["in_flight"].as_int() == 0;
}

std::vector<test::Received> Phones::record() {
  std::vector<test::Received> items;
  std::string cursor;
  do {
    const auto page = m_web.ask("GET", url() + "/simulator/record?limit=10000&all=true" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (page.status != 200) { throw std::runtime_error("record: " + page.body); }
    for (const auto& item : page.json()["items"].elements()) {
      if (item["direction"].as_string() != "outbound-api") { continue; }
      items.push_back({.to = item["to"].as_string().value_or(""),
                       .kind = item["kind"].as_string().value_or(""),
                       .text = item["body"].as_string().value_or(""),
                       .sid = item["sid"].as_string().value_or(""),
                       .status = item["status"].as_string().value_or("")});
    }
    cursor = page.json()["next_cursor"].as_string().value_or("");
  } while (!cursor.empty());
  return items;
}

}  // namespace bizcomms::drill
