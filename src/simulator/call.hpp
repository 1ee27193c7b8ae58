// One call. Its future is decided when it is taken; a pressed key or a REST change rewrites what has not happened yet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/time.hpp"
#include "bizcomms/json/writer.hpp"
#include "simulator/draw.hpp"
#include "simulator/message.hpp"
#include "simulator/twiml.hpp"

namespace bizcomms::simulator {

enum class CallStatus : std::uint8_t { queued, initiated, ringing, in_progress, completed, busy, no_answer, failed, canceled };

[[nodiscard]] std::string_view to_string(CallStatus status);

struct CallLine {
  enum class Kind : std::uint8_t { said, pressed };
  Time at{};  // not heard before this
  Kind kind = Kind::said;
  std::string text;
};

// Where a document is fetched from, or reports go.
struct Endpoint {
  std::string url = {};
  std::string method = "POST";
};

struct OpenGather {
  Gather gather;
  Time until{};
};

struct Call {
  Sid sid;
  std::uint64_t phone = 0;
  std::string ours = {};
  Time created{};
  Time initiated{};
  Time ringing{};
  Time answered = k_never;
  Time ended{};
  Time listed{};
  CallStatus end = CallStatus::completed;
  std::uint16_t error = 0;
  Endpoint document = {};                // empty url: the document came with the request
  std::string twiml = {};                // of the request, as posted
  Endpoint report = {};                  // empty url: none
  std::vector<std::string> events = {};  // reported: "initiated", "ringing", "answered", "completed"
  std::vector<CallLine> lines = {};
  std::optional<OpenGather> gather = {};
  std::string digits = {};    // pressed so far for the open gather
  std::uint32_t version = 0;  // rises when the future is rewritten
};

[[nodiscard]] CallStatus status_at(const Call& call, Time now);

// A document begins at `start`: its lines follow, the call ends when it is through, at most `longest` after the answer.
// Not TwiML: the callee hears so.
void play(Call& call, std::string_view twiml, Time start, Millis longest);

// Twilio's call resource.
void write(json::Writer& writer, const Call& call, const std::string& account_sid, Time now);

// Seconds between answer and end, rounded up as Twilio bills; 0 when never answered.
[[nodiscard]] std::int64_t duration_seconds(const Call& call);

}  // namespace bizcomms::simulator
