#include "simulator/twilio_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "bizcomms/json/writer.hpp"

namespace bizcomms::simulator {
namespace {

struct Row {
  int code;
  int status;
  std::string_view message;
};

// Source: Twilio's published error-code list and its OpenAPI definition, April 2026.
constexpr std::array<Row, 68> k_rows{{
    {10004, 429, "Call concurrency limit exceeded"},
    {20001, 400, "Invalid parameter"},
    {20003, 401, "Authenticate"},
    {20008, 403, "Resource not accessible with Test Account Credentials"},
    {20404, 404, "The requested resource was not found"},
    {20429, 429, "Too Many Requests"},
    {20500, 500, "An internal server error has occurred"},
    {20503, 503, "Service is unavailable. Please try again"},
    {21201, 400, "No 'To' number is specified"},
    {21205, 400, "Url parameter is required"},
    {21210, 400, "The source phone number provided is not yet verified for your account"},
    {21211, 400, "Invalid 'To' Phone Number"},
    {21212, 400, "Invalid 'From' Phone Number"},
    {21214, 400, "'To' phone number cannot be reached"},
    {21215, 400, "Account not authorized to call this number. Perhaps you need to enable some international permissions"},
    {21216, 400, "Account not allowed to call this number"},
    {21217, 400, "Phone number does not appear to be valid"},
    {21219, 400, "'To' phone number not verified"},
    {21220, 400, "Invalid call state"},
    {21408, 400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"},
    {21602, 400, "Message body is required."},
    {21603, 400, "A 'From' phone number or a 'MessagingServiceSid' is required."},
    {21604, 400, "A 'To' phone number is required."},
    {21606, 400, "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination"},
    {21608, 400, "The number is unverified. Trial accounts cannot send messages to unverified numbers"},
    {21609, 400, "Invalid 'StatusCallback' URL"},
    {21610, 400, "Attempt to send to unsubscribed recipient"},
    {21611, 400, "This 'From' number has exceeded the maximum number of queued messages"},
    {21612, 400, "The 'To' phone number is not currently reachable using the 'From' phone number via SMS"},
    {21614, 400, "'To' number is not a valid mobile number"},
    {21617, 400, "The concatenated message body exceeds the 1600 character limit"},
    {21620, 400, "Invalid media URL(s)"},
    {21624, 400, "Invalid ValidityPeriod"},
    {21659, 400, "'From' is not a Twilio phone number or short code country mismatch"},
    {21660, 400, "Mismatch between the 'From' number and the account"},
    {21701, 400, "The Messaging Service does not exist"},
    {21702, 400, "The Messaging Service cannot be used"},
    {21703, 400, "The Messaging Service does not contain a usable phone number"},
    {21704, 400, "The Messaging Service contains no phone numbers"},
    {21705, 400, "The Messaging Service is invalid"},
    {22005, 400, "Call queue is full"},
    {30001, 400, "Queue overflow"},
    {30002, 400, "Account suspended"},
    {30003, 400, "Unreachable destination handset"},
    {30004, 400, "Message blocked"},
    {30005, 400, "Unknown destination handset"},
    {30006, 400, "Landline or unreachable carrier"},
    {30007, 400, "Message filtered"},
    {30008, 400, "Unknown error"},
    {30010, 400, "Message price exceeds max price"},
    {30017, 400, "Carrier network congestion"},
    {30022, 400, "US A2P 10DLC rate limits exceeded"},
    {30023, 400, "US A2P 10DLC daily message cap reached"},
    {30024, 400, "Numeric sender ID not provisioned on carrier"},
    {30027, 400, "US A2P 10DLC T-Mobile daily message limit reached"},
    {30032, 400, "Toll-free number has not been verified"},
    {30033, 400, "US A2P 10DLC campaign suspended"},
    {30034, 400, "US A2P 10DLC message from an unregistered number"},
    {30035, 400, "US A2P 10DLC number is still being configured"},
    {30036, 400, "Validity period expired"},
    {30410, 400, "Provider timeout error"},
    {30450, 400, "Message delivery blocked"},
    {63038, 400, "Account exceeded the daily messages limit"},
    {90007, 400, "Invalid ValidityPeriod"},
    {11200, 400, "HTTP retrieval failure"},
    {12100, 400, "Document parse failure"},
    {13520, 400, "Say: Invalid text"},
    {14107, 400, "Message loop limit reached"},
}};

const Row* find_row(int code) {
  const auto* const row = std::find_if(k_rows.begin(), k_rows.end(), [code](const Row& r) { return r.code == code; });
  return row == k_rows.end() ? nullptr : row;
}

constexpr std::array<int, 17> k_failed_at_twilio{14107, 21610, 30001, 30002, 30010, 30022, 30023, 30027, 30032,
                                                 30033, 30034, 30035, 30036, 30450, 63038, 30024, 30007};

}  // namespace

int http_status(int code) {
  const Row* row = find_row(code);
  return row == nullptr ? 400 : row->status;
}

std::string message_of(int code) {
  const Row* row = find_row(code);
  return row == nullptr ? "Error " + std::to_string(code) : std::string(row->message);
}

http::Response to_response(const Refusal& refusal) {
  const int status = http_status(refusal.code);
  json::Writer writer;
  writer.begin_object().field("code", refusal.code);
  writer.field("message", refusal.message.empty() ? message_of(refusal.code) : refusal.message);
  writer.field("more_info", "https://www.twilio.com/docs/errors/" + std::to_string(refusal.code)).field("status", status);
  if (refusal.code == 20003) { writer.field("detail", "Your AccountSid or AuthToken was incorrect."); }
  writer.end_object();
  http::Response response{.status = status, .body = writer.take()};
  if (status == 401) { response.headers.add("WWW-Authenticate", "Basic realm=\"Twilio API\""); }
  return response;
}

bool fails_at_twilio(int code) { return std::find(k_failed_at_twilio.begin(), k_failed_at_twilio.end(), code) != k_failed_at_twilio.end(); }

}  // namespace bizcomms::simulator
