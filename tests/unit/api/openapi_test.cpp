#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "api/alert_json.hpp"
#include "api/recipient_json.hpp"
#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

json::Document document() {
  auto parsed = json::Document::parse(openapi_document(), {.bytes = 1'048'576, .depth = 32});
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *std::move(parsed);
}

void collect_references(json::Value value, std::set<std::string>& references) {
  if (const auto reference = value["$ref"].as_string()) { references.insert(*reference); }
  for (const auto& [name, member] : value.members()) { collect_references(member, references); }
  for (const auto& element : value.elements()) { collect_references(element, references); }
}

json::Value resolved(json::Value root, std::string path) {
  auto value = root;
  path.erase(0, 2);  // "#/"
  while (!path.empty()) {
    const auto end = path.find('/');
    value = value[path.substr(0, end)];
    path = end == std::string::npos ? "" : path.substr(end + 1);
  }
  return value;
}

std::string lower(std::string text) {
  for (auto& c : text) { c = static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
  return text;
}

TEST(OpenApi, IsServedWithoutAKey) {
  ApiOnFakes fakes;
  http::Request request;
  request.method = "GET";
  request.target = "/openapi.json";
  const auto answer = fakes.send(request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.response.body, openapi_document());
}

TEST(OpenApi, NamesExactlyTheRoutesThatAreServed) {
  ApiOnFakes fakes;
  const auto openapi = document();
  EXPECT_EQ(openapi.root()["openapi"].as_string(), "3.1.0");
  std::set<std::string> served;
  for (const auto& route : fakes.api.routes()) { served.insert(lower(route.method) + " " + route.pattern); }
  std::set<std::string> written;
  for (const auto& [path, item] : openapi.root()["paths"].members()) {
    for (const auto& [method, operation] : item.members()) {
      if (method != "parameters") { written.insert(fmt::format("{} {}", method, path)); }
    }
  }
  EXPECT_EQ(written, served);
}

TEST(OpenApi, ResolvesEveryReferenceAndUsesEveryComponent) {
  const auto openapi = document();
  std::set<std::string> references;
  collect_references(openapi.root(), references);
  for (const auto& reference : references) { EXPECT_FALSE(resolved(openapi.root(), reference).is_null()) << reference; }
  for (const auto* kind : {"schemas", "responses", "parameters", "headers"}) {
    for (const auto& [name, value] : openapi.root()["components"][kind].members()) {
      EXPECT_TRUE(references.contains(std::string("#/components/") + kind + "/" + name)) << kind << " " << name;
    }
  }
}

TEST(OpenApi, DeclaresThePathParametersOfEachPath) {
  const auto openapi = document();
  for (const auto& [path, item] : openapi.root()["paths"].members()) {
    std::set<std::string> declared;
    for (const auto& parameter : item["parameters"].elements()) {
      const auto target = resolved(openapi.root(), parameter["$ref"].as_string().value_or("#/"));
      if (target["in"].as_string() == "path") { declared.insert(target["name"].as_string().value_or("")); }
    }
    for (const auto& name : declared) { EXPECT_NE(path.find("{" + name + "}"), std::string::npos) << path; }
    EXPECT_EQ(declared.size(), path.find('{') == std::string::npos ? 0U : 1U) << path;
  }
}

class Written : public testing::Test {
protected:
  // The members that the schema of that name requires: exactly those an answer has.
  [[nodiscard]] std::set<std::string> required(const std::string& schema) const {
    std::set<std::string> names;
    for (const auto& name : openapi.root()["components"]["schemas"][schema]["required"].elements()) { names.insert(*name.as_string()); }
    return names;
  }
  static std::set<std::string> members(json::Value value) {
    std::set<std::string> names;
    for (const auto& [name, member] : value.members()) { names.insert(name); }
    return names;
  }
  json::Document openapi = document();
  ApiOnFakes fakes;
};

TEST_F(Written, SchemasNameTheMembersOfTheAnswers) {
  const auto recipient = fakes.ask("GET", "/v1/recipients/" + fakes.post_recipient("+15551230001"));
  EXPECT_EQ(members(recipient.document->root()), required("Recipient"));
  const auto posted = fakes.ask("POST", "/v1/alerts", R"({"title":"T","message":"M"})");
  EXPECT_EQ(members(posted.document->root()), required("AlertAccepted"));
  EXPECT_EQ(members(fakes.ask("GET", "/v1/alerts/" + posted.text("alert_id")).document->root()), required("Alert"));
  EXPECT_EQ(members(fakes.ask("GET", "/v1/alerts").document->root()), required("AlertList"));
  EXPECT_EQ(members(fakes.ask("GET", "/v1/recipients").document->root()), required("RecipientList"));
  const auto status = fakes.ask("GET", "/v1/alerts/" + posted.text("alert_id") + "/status");
  EXPECT_EQ(members(status.document->root()), required("AlertReport"));
  EXPECT_EQ(members(status["delivery_status"]), required("DeliveryCounts"));
  auto problem = members(fakes.ask("GET", "/v1/alerts/1").document->root());
  EXPECT_EQ(problem, required("Problem"));
}

TEST_F(Written, ExamplesOfBodiesAreTaken) {
  const auto body = [&](const char* path, const char* method) {
    json::Value example = openapi.root()["paths"][path][method]["requestBody"]["content"]["application/json"]["example"];
    std::string text;
    const std::function<void(json::Value)> write = [&](json::Value value) {
      if (value.is_object()) {
        text += '{';
        for (const auto& [name, member] : value.members()) {
          text += (text.back() == '{' ? "\"" : ",\"") + name + "\":";
          write(member);
        }
        text += '}';
      } else if (value.is_array()) {
        text += '[';
        for (const auto& element : value.elements()) {
          if (text.back() != '[') { text += ','; }
          write(element);
        }
        text += ']';
      } else if (const auto truth = value.as_bool()) {
        text += *truth ? "true" : "false";
      } else {
        text += '"' + value.as_string().value_or("") + '"';
      }
    };
    write(example);
    return text;
  };
  EXPECT_TRUE(read_alert(body("/v1/alerts", "post"), fakes.twilio));
  EXPECT_TRUE(read_alert_change(body("/v1/alerts/{alert_id}", "put")));
  EXPECT_TRUE(read_recipient(body("/v1/recipients", "post")));
  EXPECT_TRUE(read_recipient_change(body("/v1/recipients/{recipient_id}", "put")));
}

}  // namespace
}  // namespace bizcomms::api
