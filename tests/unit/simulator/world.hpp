// A simulator without a network: its parts on a clock that the test moves, and a client that keeps the webhooks.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bizcomms/base/metrics.hpp"
#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/json/reader.hpp"
#include "simulator/admin_api.hpp"
#include "simulator/courier.hpp"
#include "simulator/exchange.hpp"
#include "simulator/twilio_api.hpp"

namespace bizcomms::simulator {

class KeepingClient final : public http::Client {
public:
  void send(http::ClientRequest request, std::function<void(Result<http::ClientResponse>)> done) override {
    const auto form = request.method == "GET" ? http::Parameters{} : http::parse_form(request.body).value_or(http::Parameters{});
    forms.push_back(form);
    requests.push_back(request);
    done(answer ? answer(request) : Result<http::ClientResponse>(http::ClientResponse{.status = 204}));
  }
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const {  // of each webhook
    std::vector<std::string> values;
    for (const auto& form : forms) { values.emplace_back(http::find(form, name).value_or("")); }
    return values;
  }

  std::vector<http::ClientRequest> requests;
  std::vector<http::Parameters> forms;
  std::function<Result<http::ClientResponse>(const http::ClientRequest&)> answer;
};

inline const std::string k_account = "AC0123456789abcdef0123456789abcdef";
inline const std::string k_token = "0123456789abcdef0123456789abcdef";
inline const std::string k_to = "+15551234567";
inline const std::string k_from = "+15005550006";

struct World {
  explicit World(Settings given = {})
      : settings(std::move(given)),
        courier(100, settings.auth_token, client, clock, Log::silent()),
        exchange(settings, clock, courier),
        twilio(settings, exchange, metrics),
        admin(settings, exchange) {}

  [[nodiscard]] static http::Request request(std::string method, const std::string& what, const http::Parameters& form = {}) {
    const auto pair = k_account + ":" + k_token;
    http::Request request;
    request.method = std::move(method);
    request.path = "/2010-04-01/Accounts/" + k_account + "/" + what;
    request.captures = {k_account};
    if (const auto slash = what.find('/'); slash != std::string::npos) { request.captures.push_back(what.substr(slash + 1)); }
    request.headers.add("Authorization", "Basic " + crypto::to_base64({reinterpret_cast<const std::uint8_t*>(pair.data()), pair.size()}));
    request.body = http::to_form(form);
    return request;
  }
  http::Response send(const http::Parameters& form) { return twilio.create_message(request("POST", "Messages.json", form)); }
  http::Response send(const std::string& to = k_to, const std::string& body = "Hi there", http::Parameters more = {}) {
    more.insert(more.begin(), {{"To", to}, {"From", k_from}, {"Body", body}});
    return send(more);
  }
  http::Response call(http::Parameters more, const std::string& to = k_to) {
    more.insert(more.begin(), {{"To", to}, {"From", k_from}});
    return twilio.create_call(request("POST", "Calls.json", more));
  }
  http::Response list(const http::Parameters& query, bool calls = false) {
    auto asked = request("GET", calls ? "Calls.json" : "Messages.json");
    asked.query = query;
    return twilio.list(asked, calls);
  }
  http::Response fetch(const std::string& sid) {
    const bool is_call = sid.starts_with("CA");
    return twilio.one(request("GET", (is_call ? "Calls/" : "Messages/") + sid + ".json"), is_call);
  }
  // Moves the clock in small steps, so that webhooks leave at their time.
  void pass(Millis time) {
    constexpr Millis k_step{10};
    (void)courier.tick();
    for (Millis passed{0}; passed < time; passed += k_step) {
      clock.advance(k_step);
      (void)courier.tick();
      (void)courier.tick();  // answers of those just sent
    }
  }

  Settings settings;
  ManualClock clock;
  Metrics metrics;
  KeepingClient client;
  Courier courier;
  Exchange exchange;
  TwilioApi twilio;
  AdminApi admin;
};

[[nodiscard]] inline json::Document parsed(const http::Response& response) {
  auto document = json::Document::parse(response.body, {.bytes = std::size_t{64} * 1024 * 1024});
  check(document.has_value(), "the answer is JSON");
  return std::move(*document);
}
[[nodiscard]] inline std::string text_of(const http::Response& response, std::string_view member) {
  return parsed(response).root()[member].as_string().value_or("");
}
[[nodiscard]] inline std::int64_t code_of(const http::Response& response) { return parsed(response).root()["code"].as_int().value_or(0); }

}  // namespace bizcomms::simulator
