// RecipientStore on PostgreSQL.
#pragma once

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

class PostgresRecipientStore final : public alert::RecipientStore {
public:
  explicit PostgresRecipientStore(db::Pool& pool) : m_pool(pool) {}

  Result<alert::Recipient> create(alert::RecipientId id, const alert::RecipientDraft& draft) override;
  Result<alert::Recipient> get(alert::RecipientId id) override;
  Result<alert::Page<alert::Recipient, alert::RecipientId>> list(const alert::RecipientQuery& query) override;
  Result<alert::Recipient> change(alert::RecipientId id, const alert::RecipientChange& change) override;
  Status erase(alert::RecipientId id) override;
  Result<bool> opt_out(const std::string& phone_number, const std::string& by, std::optional<Time> at,
                       const alert::ProviderId& message) override;
  Result<bool> opt_in(const std::string& phone_number, std::optional<Time> at, const alert::ProviderId& message) override;

private:
  Error number_taken(const std::string& phone_number);

  db::Pool& m_pool;
};

}  // namespace bizcomms::store
