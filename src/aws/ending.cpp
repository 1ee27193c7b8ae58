#include "aws/ending.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "aws/xml.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::aws {
namespace {

using enum Meaning;

constexpr std::size_t k_code_length_max = 100;
constexpr std::size_t k_message_length_max = 1000;

struct MeaningRow {
  std::string_view code;
  Meaning meaning;
};

constexpr std::array k_meanings = {
    MeaningRow{"BandwidthLimitExceeded", busy},
    MeaningRow{"EC2ThrottledException", busy},
    MeaningRow{"IDPCommunicationError", busy},
    MeaningRow{"KMSThrottling", busy},
    MeaningRow{"KMSThrottlingException", busy},
    MeaningRow{"KmsThrottled", busy},
    MeaningRow{"LimitExceededException", busy},
    MeaningRow{"PriorRequestNotComplete", busy},
    MeaningRow{"ProvisionedThroughputExceededException", busy},
    MeaningRow{"ReplicatedWriteConflictException", busy},
    MeaningRow{"RequestLimitExceeded", busy},
    MeaningRow{"RequestThrottled", busy},
    MeaningRow{"RequestThrottledException", busy},
    MeaningRow{"SlowDown", busy},
    MeaningRow{"Throttled", busy},
    MeaningRow{"ThrottledException", busy},
    MeaningRow{"Throttling", busy},
    MeaningRow{"ThrottlingException", busy},
    MeaningRow{"TooManyRequestsException", busy},
    MeaningRow{"TransactionConflictException", busy},
    MeaningRow{"TransactionInProgressException", busy},
    MeaningRow{"InternalServerError", trouble},
    MeaningRow{"RequestTimeout", trouble},
    MeaningRow{"RequestTimeoutException", trouble},
    MeaningRow{"RequestExpired", clock_off},
    MeaningRow{"RequestInTheFuture", clock_off},
    MeaningRow{"RequestTimeTooSkewed", clock_off},
    MeaningRow{"ExpiredToken", key_refused},
    MeaningRow{"ExpiredTokenException", key_refused},
    MeaningRow{"InvalidClientTokenId", key_refused},
    MeaningRow{"UnrecognizedClientException", key_refused},
    MeaningRow{"AccessDenied", denied},
    MeaningRow{"AccessDeniedException", denied},
    MeaningRow{"AuthorizationError", denied},
    MeaningRow{"AWS.SimpleQueueService.NonExistentQueue", absent},
    MeaningRow{"NotFound", absent},
    MeaningRow{"QueueDoesNotExist", absent},
    MeaningRow{"ResourceNotFoundException", absent},
    MeaningRow{"DecryptionFailure", encryption},
    MeaningRow{"IncompleteSignature", signature},
    MeaningRow{"InvalidSignatureException", signature},
    MeaningRow{"MissingAuthenticationTokenException", signature},
    MeaningRow{"SignatureDoesNotMatch", signature},
    MeaningRow{"InvalidSecurity", insecure},
};

std::optional<Meaning> meaning_of_code(std::string_view code) {
  const auto* const row = std::find_if(k_meanings.begin(), k_meanings.end(), [&](const MeaningRow& each) { return each.code == code; });
  if (row != k_meanings.end()) { return row->meaning; }
  const bool of_key_service = code.starts_with("Kms") || code.starts_with("KMS");
  return of_key_service ? std::optional(encryption) : std::nullopt;
}

// A code that says "signature" may well mean the date in it.
bool is_about_time(std::string_view message) {
  return message.find("Signature expired") != std::string_view::npos || message.find("not yet current") != std::string_view::npos;
}

Meaning meaning_of(const Ending& ending) {
  const auto known = meaning_of_code(ending.code);
  if (known == signature && is_about_time(ending.message)) { return clock_off; }
  if (known) { return *known; }
  if (ending.status == 429) { return busy; }
  if (ending.status >= 500) { return trouble; }
  // Every refusal of AWS's has a code, but for "too large", which may be said before anybody has looked at the request.
  return ending.code.empty() && ending.status != 413 ? foreign : refused;
}

std::string shortened(std::string text, std::size_t max) { return text.size() <= max ? std::move(text) : text.substr(0, max); }

// "com.amazonaws.sqs#QueueDoesNotExist:http://…" → "QueueDoesNotExist"
std::string without_namespace(std::string_view type) {
  type.remove_prefix(type.find('#') + 1);  // nothing found is npos, and npos + 1 is 0
  return std::string(type.substr(0, type.find(':')));
}

void read_json_error(const std::string& body, Ending& ending) {
  const auto document = json::Document::parse(body);
  if (!document) { return; }
  const json::Value root = document->root();
  ending.code = without_namespace(root["__type"].as_string().value_or(""));
  ending.message = root["message"].as_string().value_or(root["Message"].as_string().value_or(""));
}

void read_query_error(const std::string& body, Ending& ending) {
  const auto xml = Xml::parse(body);
  if (!xml) { return; }
  const XmlElement error = xml->root()["Error"];
  ending.code = error["Code"].text();
  ending.message = error["Message"].text();
  if (ending.request_id.empty()) { ending.request_id = xml->root()["RequestId"].text(); }
}

}  // namespace

Ending ending_of(Protocol protocol, const Result<http::ClientResponse>& answer) {
  if (!answer) {
    switch (answer.error().code) {
      case ErrorCode::outcome_unknown:
        return {.meaning = lost, .message = answer.error().message};
      case ErrorCode::invalid:
        return {.meaning = foreign, .message = answer.error().message};
      default:
        return {.meaning = unreachable, .message = answer.error().message};
    }
  }
  Ending ending{.status = answer->status};
  ending.request_id = shortened(std::string(answer->headers.find("x-amzn-RequestId").value_or("")), k_code_length_max);
  if (answer->status >= 200 && answer->status <= 299) { return ending; }
  protocol == Protocol::json ? read_json_error(answer->body, ending) : read_query_error(answer->body, ending);
  ending.request_id = shortened(std::move(ending.request_id), k_code_length_max);
  ending.code = shortened(std::move(ending.code), k_code_length_max);
  ending.message = shortened(std::move(ending.message), k_message_length_max);
  ending.meaning = meaning_of(ending);
  if (ending.code.empty() && ending.meaning == refused) { ending.code = std::to_string(ending.status); }
  return ending;
}

}  // namespace bizcomms::aws
