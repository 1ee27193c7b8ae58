// What callers do with recipients.
#pragma once

#include "api/call.hpp"
#include "bizcomms/alert/stores.hpp"
#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/log.hpp"

namespace bizcomms::api {

// Thread-safe.
class RecipientHandlers {
public:
  RecipientHandlers(alert::RecipientStore& store, IdSource& ids, const Log& log);

  Result<http::Response> post(const Call& call);
  Result<http::Response> list(const Call& call);
  Result<http::Response> get(const Call& call);
  Result<http::Response> put(const Call& call);
  Result<http::Response> remove(const Call& call);

private:
  void log(const char* what, const Call& call, alert::RecipientId id) const;

  alert::RecipientStore& m_store;
  IdSource& m_ids;
  const Log& m_log;
};

}  // namespace bizcomms::api
