// What is sent to SQS and SNS, and what their answers say.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bizcomms/aws/client.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::aws {

inline constexpr int k_receive_max = 10;  // SQS gives out no more at once

using MessageAttributes = std::vector<std::pair<std::string, std::string>>;  // no value may be empty

struct OutgoingMessage {
  std::string body{};
  MessageAttributes attributes{};
  std::chrono::seconds delay{0};  // 900 at most; SNS knows none
};
[[nodiscard]] std::size_t size_of(const OutgoingMessage& message);  // as both services count it

struct ReceivedMessage {
  std::string id{};      // the same at every receive
  std::string handle{};  // of this receive
  std::string body{};
  bool damaged = false;  // the body is not what its digest was made of
  int receives = 1;
  std::optional<Time> sent_at{};
  std::map<std::string, std::string> attributes{};
};

struct QueueAttributes {
  std::map<std::string, std::string> texts{};
  [[nodiscard]] std::string text(const std::string& name) const;     // empty where it is not there
  [[nodiscard]] std::int64_t number(const std::string& name) const;  // 0 where it is none
};

// What became of one entry of a batch.
enum class EntryAnswer : std::uint8_t {
  taken,
  refused,  // for good: the entry is at fault. A receipt handle that holds no longer, for one.
  failed,   // not at fault itself: it may be tried again
};

// Entries are named by their place in the batch.
[[nodiscard]] Call publish_batch(const std::string& topic_arn, std::span<const OutgoingMessage> messages);
[[nodiscard]] Call send_batch(const std::string& queue_url, std::span<const OutgoingMessage> messages);
[[nodiscard]] Call delete_batch(const std::string& queue_url, std::span<const std::string> handles);
// Hides them from now on for that long; shows them at once with 0.
[[nodiscard]] Call visibility_batch(const std::string& queue_url, std::span<const std::string> handles, std::chrono::seconds hidden);
[[nodiscard]] Call receive_call(const std::string& queue_url, int max, std::chrono::seconds wait, std::chrono::seconds hidden);
[[nodiscard]] Call attributes_call(const std::string& queue_url);

// An answer to any of the batches, by place. An entry that it does not name has failed; an answer that cannot be read, all.
[[nodiscard]] std::vector<EntryAnswer> entries_of(const Call& call, const std::string& body, std::size_t count);
// Code and message of the first entry that was answered so; empty where none is named.
[[nodiscard]] std::string first_reason(const Call& call, const std::string& body, EntryAnswer answer);
// Messages without id, handle or body are left out. `unavailable`: the answer cannot be read.
[[nodiscard]] Result<std::vector<ReceivedMessage>> messages_in(const std::string& body);
[[nodiscard]] Result<QueueAttributes> attributes_in(const std::string& body);

// Our clock's time, for SQS tells its own in whole seconds; but SQS's where ours is off by a minute: a wrong clock must drop no message.
[[nodiscard]] Time sqs_time(const Client& client, const Clock& clock);

// Asks and reads.
[[nodiscard]] Result<QueueAttributes> attributes_of(Client& client, const std::string& queue_url);

// What a refused call means for a caller.
[[nodiscard]] Error error_of(const Call& call, const Refusal& refusal);

}  // namespace bizcomms::aws
