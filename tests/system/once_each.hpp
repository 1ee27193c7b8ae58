// What the tests of trouble share: a cell whose waits are short, and the judgement that every phone got its message once.
#pragma once

#include <map>
#include <string>

#include "support/cell.hpp"

namespace bizcomms::test {

inline constexpr const char* k_to_all =
    R"({"title":"Disk full","message":"The disk of host 7 is full.","recipient_filters":{"tags":["news"]}})";

// Short leases and waits in the order that must hold: request timeout < lease < grace.
[[nodiscard]] Environment fast();

void make_recipients(Cell& cell, int count);

// Messages that Twilio took, by phone: the simulator's own record is the judge.
[[nodiscard]] std::map<std::string, int> taken_by_phone(Cell& cell);
void expect_each_once(Cell& cell, int count);

}  // namespace bizcomms::test
