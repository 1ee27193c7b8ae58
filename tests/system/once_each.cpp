#include "system/once_each.hpp"

#include <gtest/gtest.h>

namespace bizcomms::test {

Environment fast() {
  return {{"BIZCOMMS_TWILIO_TIMEOUT", "800ms"},
          {"BIZCOMMS_TWILIO_CONNECT_TIMEOUT", "400ms"},
          {"BIZCOMMS_LEASE", "7s"},
          {"BIZCOMMS_LIST_LAG", "1s"},
          {"BIZCOMMS_RETRY_FIRST", "50ms"},
          {"BIZCOMMS_RETRY_LONGEST", "500ms"},
          {"BIZCOMMS_SWEEP_INTERVAL", "100ms"},
          {"BIZCOMMS_QUEUE_VISIBILITY", "2s"},
          {"BIZCOMMS_DUE_HIDDEN_FOR", "1s"},
          {"BIZCOMMS_ATTEMPTS_MAX", "50"},
          {"BIZCOMMS_BREAKER_PROBE_FIRST", "200ms"},
          {"BIZCOMMS_BREAKER_PROBE_LONGEST", "500ms"},
          {"BIZCOMMS_STALLED_AFTER", "3s"}};
}

void make_recipients(Cell& cell, int count) {
  for (int n = 0; n < count; ++n) { cell.make_recipient(number(n)); }
}

std::map<std::string, int> taken_by_phone(Cell& cell) {
  std::map<std::string, int> phones;
  for (const auto& item : cell.taken()) { ++phones[item.to]; }
  return phones;
}

void expect_each_once(Cell& cell, int count) {
  const auto phones = taken_by_phone(cell);
  EXPECT_EQ(phones.size(), static_cast<std::size_t>(count));
  for (const auto& [phone, messages] : phones) { EXPECT_EQ(messages, 1) << phone; }
}

}  // namespace bizcomms::test
