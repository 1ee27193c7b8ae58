// Raises stories as alerts through the BizComms API: POST /v1/alerts with Idempotency-Key hn-<id>, so that a repeat raises nothing.
// A traced story's trace begins here, and goes on in the API by the header traceparent.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bizcomms/alert/stories.hpp"
#include "bizcomms/alert/values.hpp"
#include "bizcomms/base/live_secret.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::hackernews {

struct ApiSettings {
  std::string api_url = "http://127.0.0.1:8000";
  LiveSecret api_key = {};
  alert::Priority priority = alert::Priority::normal;
  alert::DeliveryMethod method = alert::DeliveryMethod::sms;
  std::vector<std::string> tags = {"hackernews"};  // people opt in; empty: all active recipients
  std::chrono::milliseconds timeout{15'000};       // of one request
};

// Blocks; for one thread.
class ApiSink final : public alert::StorySink {
public:
  ApiSink(ApiSettings settings, http::Client& client, Tracer tracer = {});
  Result<bool> active() override;                    // GET /health: role "standby" is not active; `unavailable`: no or a sick answer
  Status raise(const alert::Story& story) override;  // 202, and 422 (raised before with another text), are success

private:
  [[nodiscard]] Error refused_key(const LiveSecret::Held& key, const http::ClientResponse& answer) const;

  ApiSettings m_settings;
  http::Client& m_client;
  const Tracer m_tracer;
};

inline constexpr const char* k_alert_title = "New HackerNews Story";

// The story's title, a line break and its URL, cut between code points so that the alert fits the API's limits: the title is
// cut before the URL is, and a URL that cannot fit gives way to the story's page.
[[nodiscard]] std::string message_of(const alert::Story& story);

}  // namespace bizcomms::hackernews
