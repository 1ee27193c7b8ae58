// What callers do with alerts.
#pragma once

#include "api/call.hpp"
#include "bizcomms/alert/stores.hpp"
#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::api {

// Thread-safe.
class AlertHandlers {
public:
  AlertHandlers(alert::AlertStore& store, IdSource& ids, const twilio::Settings& twilio, const Log& log, Metrics& metrics);

  Result<http::Response> post(const Call& call);
  Result<http::Response> list(const Call& call);
  Result<http::Response> get(const Call& call);
  Result<http::Response> status(const Call& call);
  Result<http::Response> put(const Call& call);
  Result<http::Response> remove(const Call& call);

private:
  Result<alert::Alert> replace(alert::AlertId id, const alert::AlertChange& change);
  void log(const char* what, const Call& call, alert::AlertId id) const;

  alert::AlertStore& m_store;
  IdSource& m_ids;
  const twilio::Settings& m_twilio;
  const Log& m_log;
  Counter& m_accepted;
  Counter& m_repeated;
};

}  // namespace bizcomms::api
