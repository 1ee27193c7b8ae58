#include "api/health_json.hpp"

#include "api/fields.hpp"

namespace bizcomms::api {

http::Response health_answer(const Health& health) {
  json::Writer json;
  json.reserve(256);
  json.begin_object();
  json.field("status", health.healthy ? "ok" : "unavailable");
  json.field("cell", health.cell).field("region", health.region).field("role", health.role).field("version", health.version);
  json.field("epoch", health.epoch);
  json.key("checks").begin_object();
  for (const auto& check : health.checks) {
    json.key(check.name).begin_object().field("ok", check.ok);
    write_text_or_null(json, "detail", check.detail);
    json.end_object();
  }
  json.end_object().end_object();
  return {.status = health.healthy ? 200 : 503, .body = json.take()};
}

}  // namespace bizcomms::api
