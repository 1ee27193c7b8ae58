// What a Document hides: RapidJSON's tree, and the errors its readers met.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/json/reader.hpp"

namespace bizcomms::json {

using Allocator = rapidjson::MemoryPoolAllocator<>;
using Tree = rapidjson::GenericDocument<rapidjson::UTF8<>, Allocator>;
using Node = rapidjson::GenericValue<rapidjson::UTF8<>, Allocator>;

inline constexpr std::size_t k_errors_max = 32;  // of one document; what comes after is only said to exist

struct Document::Hidden {
  // The first chunk holds most documents whole; small ones should not touch RapidJSON's default of 64 KiB.
  explicit Hidden(std::size_t text_bytes)
      : allocator(std::min<std::size_t>(1024 + text_bytes * 4, std::size_t{64} * 1024)), tree(&allocator, 512) {}

  void add_error(std::string field, std::string message) {
    if (errors.size() >= k_errors_max) {
      more_errors = true;
      return;
    }
    errors.push_back({std::move(field), std::move(message)});
  }

  Allocator allocator;
  Tree tree;
  std::vector<FieldError> errors;
  bool more_errors = false;
};

// Of the pointer that a Value carries.
[[nodiscard]] inline const Node& node_of(const void* value) { return *static_cast<const Node*>(value); }
[[nodiscard]] inline std::string_view text_of(const Node& node) { return {node.GetString(), node.GetStringLength()}; }

}  // namespace bizcomms::json
