// Bytes from the internet: a callback's query and form, its signature check and every reading of it. The input is the query, a line break,
// then the body.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bizcomms/twilio/signature.hpp"
#include "bizcomms/twilio/twiml.hpp"
#include "bizcomms/twilio/webhooks.hpp"

namespace {

using namespace bizcomms;

void read_all(const http::Request& request, const http::Parameters& form) {
  const Time now{std::chrono::seconds{1'767'268'800}};
  if (const auto report = twilio::parse_message_status(request, form, now)) {
    check(twilio::is_message_sid(report->sid) && report->rank >= 0 && report->rank <= 5, "a message's report is whole");
  }
  if (const auto report = twilio::parse_call_status(request, form, now)) {
    check(twilio::is_call_sid(report->sid) && report->at <= now, "a call's report is whole");
  }
  if (const auto keypress = twilio::parse_keypress(request, form, now)) {
    check(!keypress->digits.empty() && keypress->report.acknowledged == (keypress->digits == "1"), "a keypress is whole");
  }
  if (const auto message = twilio::parse_inbound_message(request, form, now)) { check(!message->from.empty(), "a message has a sender"); }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.find('\n');
  const std::string_view query = input.substr(0, line);
  const std::string_view body = line == std::string_view::npos ? std::string_view{} : input.substr(line + 1);

  twilio::Settings settings;
  settings.auth_token = Secret("0123456789abcdef0123456789abcdef");
  settings.public_url = "https://hooks.bizcomms.example:8443";
  const auto form = http::parse_form(body);
  http::Request request;
  request.method = "POST";
  request.target = "/v1/webhooks/twilio/message-status?" + std::string(query);
  request.query = http::parse_form(query).value_or(http::Parameters{});
  request.body = body;
  request.headers = {{"X-Twilio-Signature", "5cACSpIrq954NnPLQ0Sz9arxPcs="}};
  if (form) {
    check(http::parse_form(http::to_form(*form)) == form, "a form comes back as it went");
    check(!twilio::is_signed_by_twilio(settings, request, *form), "nobody guesses a signature");
    if (!http::find(request.query, "bodySHA256")) {
      request.headers = {
          {"X-Twilio-Signature", twilio::signature(*settings.auth_token.current(), settings.public_url + request.target, *form)}};
      check(twilio::is_signed_by_twilio(settings, request, *form), "what was signed is accepted");
    }
    read_all(request, *form);
  }
  const std::string escaped = twilio::xml_escaped(body);
  check(escaped.find_first_of(std::string_view("<>\"'\0", 5)) == std::string::npos, "escaped text holds no markup");
  return 0;
}
