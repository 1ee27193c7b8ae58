// Outbox and SeenStories on PostgreSQL.
#pragma once

#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/stories.hpp"
#include "bizcomms/db/pool.hpp"
#include "store/bell.hpp"

namespace bizcomms::store {

class PostgresOutbox final : public alert::Outbox {
public:
  PostgresOutbox(db::Pool& pool, Bell& bell) : m_pool(pool), m_bell(bell) {}
  Result<int> relay(int max, const Publish& publish) override;
  void wait(Millis wait, const std::stop_token& stop) override { m_bell.wait(wait, stop); }

private:
  db::Pool& m_pool;
  Bell& m_bell;
};

class PostgresSeen final : public alert::SeenStories {
public:
  explicit PostgresSeen(db::Pool& pool) : m_pool(pool) {}
  Result<std::vector<bool>> seen(std::span<const alert::StoryId> ids) override;
  Status mark(std::span<const alert::StoryId> ids) override;
  Result<bool> any() override;

private:
  db::Pool& m_pool;
};

}  // namespace bizcomms::store
