#include "simulator/orders.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "simulator/segments.hpp"

namespace bizcomms::simulator {
namespace {

constexpr std::size_t k_body_max = 1600;
constexpr std::size_t k_twiml_max = 4000;

using Magic = std::pair<std::string_view, int>;
constexpr std::string_view k_magic_sender = "+15005550006";
constexpr std::array<Magic, 3> k_sms_from{{{"+15005550001", 21212}, {"+15005550007", 21606}, {"+15005550008", 21611}}};
constexpr std::array<Magic, 5> k_sms_to{
    {{"+15005550001", 21211}, {"+15005550002", 21612}, {"+15005550003", 21408}, {"+15005550004", 21610}, {"+15005550009", 21614}}};
constexpr std::array<Magic, 1> k_call_from{{{"+15005550001", 21212}}};
constexpr std::array<Magic, 4> k_call_to{
    {{"+15005550001", 21217}, {"+15005550002", 21214}, {"+15005550003", 21215}, {"+15005550004", 21216}}};

template <std::size_t N>
int magic(const std::array<Magic, N>& table, std::string_view number) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Magic& row) { return row.first == number; });
  return found == table.end() ? 0 : found->second;
}

std::string text_of(const http::Parameters& form, std::string_view name) { return std::string(http::find(form, name).value_or("")); }

Refusal invalid_to(int code, const std::string& to) { return {code, "Invalid 'To' Phone Number: " + to}; }

bool is_url(const std::string& url) {
  const auto scheme = url.starts_with("https://") ? 8U : url.starts_with("http://") ? 7U : 0U;
  if (scheme == 0) { return false; }
  const auto host = url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
  return !host.empty() && host.find('_') == std::string::npos && host.find(' ') == std::string::npos;
}

// A number, a short code or an alphanumeric sender of up to 11 characters.
bool is_sender(const std::string& from) {
  std::uint64_t number = 0;
  if (parse_number(from, number)) { return true; }
  return !from.empty() && from.size() <= 11 && from.front() != '+' && std::all_of(from.begin(), from.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
  });
}

bool is_ours(const Settings& settings, const std::string& from) {
  return settings.senders.empty() || std::find(settings.senders.begin(), settings.senders.end(), from) != settings.senders.end();
}

int service_problem(const Settings& settings, const std::string& service) {
  Sid sid;
  if (!Sid::parse(service, "MG", sid)) { return 21705; }
  if (settings.messaging_services.empty()) { return 0; }
  const auto found = settings.messaging_services.find(service);
  if (found == settings.messaging_services.end()) { return 21701; }
  return found->second.empty() ? 21704 : 0;
}

int sender_problem(const MessageOrder& order, const Settings& settings, bool test_credentials) {
  if (test_credentials) {
    if (!order.service.empty() || order.from != k_magic_sender) {
      const int code = magic(k_sms_from, order.from);
      return code == 0 ? 21606 : code;
    }
    return 0;
  }
  if (!order.service.empty()) {
    if (const int code = service_problem(settings, order.service)) { return code; }
  }
  if (order.from.empty()) { return 0; }
  if (!is_sender(order.from)) { return 21212; }
  return is_ours(settings, order.from) ? 0 : 21606;
}

bool validity_is_good(const http::Parameters& form) {
  const auto text = http::find(form, "ValidityPeriod");
  if (!text) { return true; }
  int seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  return error == std::errc{} && end == text->data() + text->size() && seconds >= 1 && seconds <= 36'000;
}

std::optional<Refusal> read_schedule(const http::Parameters& form, MessageOrder& order) {
  if (!http::find(form, "ScheduleType")) { return std::nullopt; }
  order.send_at = parse_rfc3339(text_of(form, "SendAt"));
  if (!order.send_at) { return Refusal{20001, "SendAt must be an ISO 8601 time when ScheduleType is given"}; }
  if (order.service.empty()) { return Refusal{20001, "ScheduleType needs a MessagingServiceSid"}; }
  return std::nullopt;
}

std::optional<Refusal> read_events(const http::Parameters& form, CallOrder& order) {
  constexpr std::array<std::string_view, 4> k_events{"initiated", "ringing", "answered", "completed"};
  for (const auto& [name, value] : form) {
    if (name != "StatusCallbackEvent") { continue; }
    if (std::find(k_events.begin(), k_events.end(), value) == k_events.end()) {
      return Refusal{20001, "StatusCallbackEvent must be initiated, ringing, answered or completed; repeat the parameter for several"};
    }
    order.events.push_back(value);
  }
  if (order.events.empty()) { order.events.emplace_back("completed"); }
  return std::nullopt;
}

int caller_problem(const CallOrder& order, const Settings& settings, bool test_credentials) {
  if (test_credentials) {
    if (order.from == k_magic_sender) { return 0; }
    const int code = magic(k_call_from, order.from);
    return code == 0 ? 21210 : code;
  }
  std::uint64_t number = 0;
  if (!parse_number(order.from, number)) { return 21212; }
  return is_ours(settings, order.from) ? 0 : 21210;
}

}  // namespace

std::optional<Refusal> read_order(const http::Parameters& form, const Settings& settings, bool test_credentials, MessageOrder& order) {
  const std::string to = text_of(form, "To");
  order.from = text_of(form, "From");
  order.service = text_of(form, "MessagingServiceSid");
  order.body = text_of(form, "Body");
  order.status_callback = text_of(form, "StatusCallback");
  if (to.empty()) { return Refusal{21604}; }
  if (order.from.empty() && order.service.empty()) { return Refusal{21603}; }
  if (order.body.empty() && !http::find(form, "MediaUrl") && !http::find(form, "ContentSid")) { return Refusal{21602}; }
  if (!parse_number(to, order.phone)) { return invalid_to(21211, to); }
  if (const int code = sender_problem(order, settings, test_credentials)) { return Refusal{code}; }
  if (const int code = test_credentials ? magic(k_sms_to, to) : 0) { return code == 21211 ? invalid_to(code, to) : Refusal{code}; }
  if (utf16_length(order.body) > k_body_max) { return Refusal{21617}; }
  if (!order.status_callback.empty() && !is_url(order.status_callback)) { return Refusal{21609}; }
  if (!validity_is_good(form)) { return Refusal{21624}; }
  return read_schedule(form, order);
}

std::optional<Refusal> read_order(const http::Parameters& form, const Settings& settings, bool test_credentials, CallOrder& order) {
  const std::string to = text_of(form, "To");
  order.from = text_of(form, "From");
  order.document = {text_of(form, "Url"), http::find(form, "Method") ? text_of(form, "Method") : "POST"};
  if (order.document.url.empty()) { order.twiml = text_of(form, "Twiml"); }  // Url wins over Twiml
  order.report = {text_of(form, "StatusCallback"),
                  http::find(form, "StatusCallbackMethod") ? text_of(form, "StatusCallbackMethod") : "POST"};
  if (to.empty()) { return Refusal{21201}; }
  if (!parse_number(to, order.phone)) { return invalid_to(test_credentials ? 21217 : 21211, to); }
  if (const int code = caller_problem(order, settings, test_credentials)) { return Refusal{code}; }
  if (const int code = test_credentials ? magic(k_call_to, to) : 0) { return Refusal{code}; }
  if (order.document.url.empty() && order.twiml.empty()) { return Refusal{21205}; }
  if (!order.document.url.empty() && !is_url(order.document.url)) { return Refusal{21205, "Url is not a valid URL"}; }
  if (utf16_length(order.twiml) > k_twiml_max) { return Refusal{20001, "Twiml must not be longer than 4000 characters"}; }
  if (!order.report.url.empty() && !is_url(order.report.url)) { return Refusal{21609}; }
  return read_events(form, order);
}

}  // namespace bizcomms::simulator
