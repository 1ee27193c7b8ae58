// Made-up keys and times that the tests share: those of the published examples.
#pragma once

#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

inline constexpr Time k_noon{std::chrono::seconds{1'768'480'496}};  // 2026-01-15T12:34:56Z
inline constexpr const char* k_region = "eu-west-1";

inline AccessKey lasting_key() { return {.id = "ASIAIOSFODNN7EXAMPLE", .secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")}; }
inline AccessKey temporary_key() {
  AccessKey key = lasting_key();
  key.session_token = Secret("FwoGZXIvYXdzEXAMPLETOKEN//////////wEaDEXAMPLE==");
  return key;
}

}  // namespace bizcomms::aws
