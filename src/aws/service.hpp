// What tells one service from another on the wire. Source: AWS service models.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

enum class Protocol : std::uint8_t { json, query };

struct ServiceFacts {
  Service service{};
  std::string_view id{};    // in endpoints and signatures
  std::string_view name{};  // for people
  std::string_view kind{};  // what its calls are about: "queue"
  Protocol protocol{};
  std::string_view content_type{};
  std::string_view version{};  // JSON: what goes before the operation in X-Amz-Target; Query: the parameter Version
  std::string_view endpoint_variable{};
};

[[nodiscard]] std::span<const ServiceFacts> all_services();
[[nodiscard]] const ServiceFacts& facts_of(Service service);

}  // namespace bizcomms::aws
