// The API on in-memory ports, asked without a server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/api/api.hpp"
#include "bizcomms/json/reader.hpp"
#include "support/memory/memory_store.hpp"

namespace bizcomms::api {

// What an answer holds, with its body read.
struct Answer {
  http::Response response;
  int status = 0;
  bool of_known_caller = false;
  std::shared_ptr<json::Document> document;  // null where the body is no JSON

  [[nodiscard]] json::Value operator[](std::string_view member) const;
  [[nodiscard]] std::string text(std::string_view member) const;
  [[nodiscard]] std::string header(std::string_view name) const;
  // "title: is missing; it is required" of each error
  [[nodiscard]] std::vector<std::string> errors() const;
};

inline constexpr const char* k_test_key = "bzk_0123456789abcdef";

class ApiOnFakes {
public:
  explicit ApiOnFakes(Settings settings = {});

  // Routes as the server does: the segments of the path, decoded query. 404 and 405 have an empty body here.
  Answer send(http::Request request);
  Answer ask(const std::string& method, const std::string& target, const std::string& body = "", http::Headers headers = {});
  Answer ask_as(const std::string& key, const std::string& method, const std::string& target, const std::string& body = "");
  // With Twilio's signature.
  Answer call_back(const std::string& target, const http::Parameters& form);

  std::string post_alert(const std::string& body = R"({"title":"T","message":"M"})");  // its id
  std::string post_recipient(const std::string& phone_number, const std::string& more = "");

  ManualClock clock;
  test::MemoryStore store{clock};
  std::vector<NamedKey> loaded_keys;
  bool keys_unreadable = false;
  Log log = Log::silent();
  Metrics metrics;
  IdSource ids{clock, 7};
  KeyRing keys;
  twilio::Settings twilio;
  Health health;
  bool takes_changes = true;
  Api api;
  std::string client_address = "192.0.2.1";

private:
  std::vector<http::Route> m_routes;
};

}  // namespace bizcomms::api
