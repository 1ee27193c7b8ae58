#include "bizcomms/api/api.hpp"

#include "api/alert_handlers.hpp"
#include "api/authentication.hpp"
#include "api/health_json.hpp"
#include "api/problem.hpp"
#include "api/recipient_handlers.hpp"
#include "api/webhook_handlers.hpp"
#include "bizcomms/twilio/webhooks.hpp"

namespace bizcomms::api {

struct Api::Hidden {
  Hidden(Settings given, Parts collaborators)
      : settings(std::move(given)),
        parts(std::move(collaborators)),
        authentication(settings, parts.keys, parts.clock, parts.metrics),
        alerts(parts.alerts, parts.ids, parts.twilio, parts.log, parts.metrics),
        recipients(parts.recipients, parts.ids, parts.log),
        webhooks(parts.ledger, parts.recipients, parts.twilio, parts.clock, parts.log, parts.metrics) {}

  // The one place where an error becomes an answer.
  http::Response answered(const http::Request& request, Result<http::Response> result) const {
    if (result) { return *std::move(result); }
    const auto& error = result.error();
    const int status = status_of(error.code);
    const std::initializer_list<LogField> which = {
        {"request_id", request.id}, {"trace_id", request.trace.trace_id}, LogField::if_any("span_id", request.span_id)};
    if (status == 503) {
      parts.log.warning("request not served now", error, which);
    } else if (status >= 500) {
      parts.log.error("request failed", error, which);
    }
    return problem(error, request.id, settings.retry_after);
  }

  // The database may be writable on standby, and the ledger is.
  [[nodiscard]] bool may_handle(const http::Request& request) const {
    return request.method == "GET" || request.method == "HEAD" || parts.takes_changes();
  }

  static Error on_standby() {
    return {ErrorCode::unavailable,
            "This cell is on standby, or has not seen its database yet, and takes no changes; the active one does. Send the request again "
            "later."};
  }

  static http::Route open(const char* method, const char* path, http::Handler handler) {
    return {.method = method, .pattern = path, .handler = std::move(handler), .run_on = http::RunOn::io_thread};
  }

  template <class Handlers>
  http::Route keyed(const char* method, const char* path, Handlers& handlers, Result<http::Response> (Handlers::*handle)(const Call&)) {
    const auto handler = [this, &handlers, handle](const http::Request& request) {
      const auto key = authentication.key_of(request);
      if (!key) { return answered(request, key.error()); }
      request.of_known_caller = true;
      if (!may_handle(request)) { return answered(request, on_standby()); }
      return answered(request, (handlers.*handle)(Call{request, (*key)->name()}));
    };
    return {.method = method, .pattern = path, .handler = handler};
  }

  http::Route webhook(const char* path, Result<http::Response> (WebhookHandlers::*handle)(const http::Request&)) {
    const auto handler = [this, handle](const http::Request& request) {
      if (!may_handle(request)) { return answered(request, on_standby()); }  // Twilio tries again, and reaches the active cell in time
      return answered(request, (webhooks.*handle)(request));
    };
    return {.method = "POST", .pattern = path, .handler = handler, .takes_form = true, .origin = twilio::origin_of};
  }

  Settings settings;
  Parts parts;
  Authentication authentication;
  AlertHandlers alerts;
  RecipientHandlers recipients;
  WebhookHandlers webhooks;
};

Api::Api(Settings settings, Parts parts) : m_hidden(std::make_unique<Hidden>(std::move(settings), std::move(parts))) {}
Api::~Api() = default;

std::vector<http::Route> Api::routes() {
  auto& api = *m_hidden;
  const auto health = [&api](const http::Request&) { return health_answer(api.parts.health()); };
  const auto document = [](const http::Request&) { return http::Response{.body = std::string(openapi_document())}; };
  return {
      Hidden::open("GET", "/health", health),
      Hidden::open("GET", "/openapi.json", document),
      api.keyed("POST", "/v1/alerts", api.alerts, &AlertHandlers::post),
      api.keyed("GET", "/v1/alerts", api.alerts, &AlertHandlers::list),
      api.keyed("GET", "/v1/alerts/{alert_id}", api.alerts, &AlertHandlers::get),
      api.keyed("GET", "/v1/alerts/{alert_id}/status", api.alerts, &AlertHandlers::status),
      api.keyed("PUT", "/v1/alerts/{alert_id}", api.alerts, &AlertHandlers::put),
      api.keyed("DELETE", "/v1/alerts/{alert_id}", api.alerts, &AlertHandlers::remove),
      api.keyed("POST", "/v1/recipients", api.recipients, &RecipientHandlers::post),
      api.keyed("GET", "/v1/recipients", api.recipients, &RecipientHandlers::list),
      api.keyed("GET", "/v1/recipients/{recipient_id}", api.recipients, &RecipientHandlers::get),
      api.keyed("PUT", "/v1/recipients/{recipient_id}", api.recipients, &RecipientHandlers::put),
      api.keyed("DELETE", "/v1/recipients/{recipient_id}", api.recipients, &RecipientHandlers::remove),
      api.webhook(twilio::k_message_status_path, &WebhookHandlers::message_status),
      api.webhook(twilio::k_call_status_path, &WebhookHandlers::call_status),
      api.webhook(twilio::k_inbound_message_path, &WebhookHandlers::inbound_message),
      api.webhook(twilio::k_keypress_path, &WebhookHandlers::keypress),
  };
}

void Api::mount(http::Server& server) {
  for (auto& route : routes()) { server.route(std::move(route)); }
  server.error_page(error_page);
}

}  // namespace bizcomms::api
