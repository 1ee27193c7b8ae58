#include "app/dev_words.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace bizcomms::app {
namespace {

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

void Steps::begin(std::string_view name) {
  m_name = name;
  m_since = m_clock.steady();
}

void Steps::note(std::string_view what) const { print(fmt::format("    {} …\n", what)); }

void Steps::end(std::string_view outcome) {
  const auto took = std::chrono::duration_cast<Millis>(m_clock.steady() - m_since);
  print(fmt::format("  {:<12} {:<58} {:>8}\n", m_name, outcome, fmt::format("{:.1f} s", static_cast<double>(took.count()) / 1000)));
}

std::string welcome(const DevAddresses& addresses, const std::string& key) {
  constexpr std::string_view k_body =
      R"({"title":"Water main","message":"No water on Elm Street until 18:00.","priority":"high","recipient_filters":{"tags":["tech","news"]}})";
  const auto header = fmt::format("-H 'X-API-Key: {}'", key);
  return fmt::format(
      "\nBizComms runs. API key: {2}\n"
      "\n1. Look at the phones, in a browser:\n\n"
      "     {1}\n"
      "\n2. Post an alert:\n\n"
      "     curl -s {0}/v1/alerts {3} -H 'Content-Type: application/json' -d '{4}'\n"
      "\n3. See what became of the latest alert, phone by phone:\n\n"
      "     curl -s {3} {0}/v1/alerts/$(curl -s {3} '{0}/v1/alerts?limit=1' | grep -o 'alert_0[0-9a-z]*')/status\n"
      "\nMetrics: {5}/metrics. API description: {0}/openapi.json. Data: {6}.\nCtrl-C stops everything; the data stays.\n\n",
      addresses.api, addresses.phones, key, header, k_body, addresses.admin, addresses.data);
}

}  // namespace bizcomms::app
