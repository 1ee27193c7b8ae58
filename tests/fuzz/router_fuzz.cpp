// Whatever method, target, headers and body come: every route's handler answers, and an error is a problem document.
// Input: method, target, idempotency key and body, parted by line breaks; the first byte chooses the API key.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "bizcomms/api/api.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/twilio/signature.hpp"
#include "support/memory/memory_store.hpp"

namespace {

using namespace bizcomms;

constexpr const char* k_key = "a key of the tests";

struct Fakes {
  ManualClock clock;
  test::MemoryStore store{clock};
  Log log = Log::silent();
  Metrics metrics;
  IdSource ids{clock, 1};
  api::KeyRing keys{{}, {{"tests", api::hash_of(k_key)}}, {}, clock, log};
  twilio::Settings twilio = [] {
    twilio::Settings settings;
    settings.auth_token = Secret("0123456789abcdef0123456789abcdef");
    settings.public_url = "https://hooks.bizcomms.example";
    return settings;
  }();
  api::Api api{{}, {store, store, store, keys, ids, clock, log, metrics, twilio, [] { return api::Health{}; }, [] { return true; }}};
  std::vector<http::Route> routes = api.routes();
};

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

// Leaves matching of paths to the server: each route gets the last segments of the path as its captures.
http::Request request_of(std::string_view input) {
  http::Request request;
  const char choice = input.empty() ? 'a' : input.front();
  if (!input.empty()) { input.remove_prefix(1); }
  request.method = take_line(input);
  request.target = take_line(input);
  const auto idempotency_key = take_line(input);
  request.body = input;
  request.id = "fuzz";
  request.client_address = choice == 'c' ? "2001:db8::1" : "192.0.2.1";
  const auto question = std::min(request.target.find('?'), request.target.size());
  request.path = request.target.substr(0, question);
  if (question < request.target.size()) {
    request.query = http::parse_form(std::string_view(request.target).substr(question + 1)).value_or(http::Parameters{});
  }
  request.captures = {request.path.substr(std::min(request.path.rfind('/') + 1, request.path.size()))};
  request.headers.add("X-API-Key", choice == 'w' ? "a wrong key" : k_key);
  if (!idempotency_key.empty()) { request.headers.add("Idempotency-Key", std::string(idempotency_key)); }
  return request;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Fakes fakes;
  auto request = request_of({reinterpret_cast<const char*>(data), size});
  const auto form = http::parse_form(request.body);
  if (form) {
    const auto url = fakes.twilio.public_url + request.target;
    request.headers.add("X-Twilio-Signature", twilio::signature(*fakes.twilio.auth_token.current(), url, *form));
  }
  for (const auto& route : fakes.routes) {
    const auto response = route.handler(request);
    check(response.status >= 200 && response.status < 504 && response.status != 500, "a handler answers, and not with a defect");
    if (response.status < 400) { continue; }
    const auto document = json::Document::parse(response.body);
    check(document.has_value(), "an error is a document");
    check(response.content_type == "application/problem+json" || route.pattern == "/health", "an error is a problem document");
  }
  return 0;
}
