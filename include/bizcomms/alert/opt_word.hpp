// STOP, START and the like, and heeding them, whoever brought the news.
#pragma once

#include <optional>
#include <string>

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/alert/values.hpp"

namespace bizcomms::alert {

// As somebody wrote it to one of our senders, or as the provider concluded.
struct OptWord {
  ProviderId message{};
  std::string from{};        // who wrote
  std::string word{};        // or the provider's code
  bool out = true;           // false: wants messages again
  std::optional<Time> at{};  // nothing: just now
};

// True where it changed something. Who has no phone number (a short code, an address of another kind) is nobody we could write to.
Result<bool> heed(RecipientStore& recipients, const OptWord& word);

}  // namespace bizcomms::alert
