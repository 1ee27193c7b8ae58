// The document is written once, as JSON files in src/api/openapi; here they are put together.
#include <string>
#include <string_view>

#include "bizcomms/api/api.hpp"

namespace bizcomms::embedded {
extern const std::string_view openapi_root;
extern const std::string_view openapi_paths_alerts;
extern const std::string_view openapi_paths_recipients;
extern const std::string_view openapi_paths_service;
extern const std::string_view openapi_schemas;
extern const std::string_view openapi_schemas_small;
extern const std::string_view openapi_responses;
extern const std::string_view openapi_components;
}  // namespace bizcomms::embedded

namespace bizcomms::api {
namespace {

// What stands between the outer braces.
std::string_view members_of(std::string_view object) {
  const auto open = object.find('{');
  const auto close = object.rfind('}');
  check(open != std::string_view::npos && close != std::string_view::npos, "an embedded part is a JSON object");
  return object.substr(open + 1, close - open - 1);
}

std::string joined() {
  using namespace embedded;
  const auto text = [](std::string_view object) { return std::string(members_of(object)); };
  const auto paths = text(openapi_paths_alerts) + "," + text(openapi_paths_recipients) + "," + text(openapi_paths_service);
  const auto schemas = text(openapi_schemas) + "," + text(openapi_schemas_small);
  const auto components = text(openapi_components) + ",\"responses\":" + std::string(openapi_responses) + ",\"schemas\":{" + schemas + "}";
  return "{" + text(openapi_root) + ",\"paths\":{" + paths + "},\"components\":{" + components + "}}\n";
}

}  // namespace

std::string_view openapi_document() {
  static const std::string k_document = joined();  // a constant: made once, never changed
  return k_document;
}

}  // namespace bizcomms::api
