#include <array>
#include <thread>

#include <gtest/gtest.h>

#include "bizcomms/store/migrations.hpp"
#include "support/postgres.hpp"

namespace bizcomms {
namespace {

constexpr std::array k_two{db::Migration{.version = 1, .name = "first", .sql = "CREATE TABLE a (x int); CREATE TABLE b (y int);"},
                           db::Migration{.version = 2, .name = "second", .sql = "ALTER TABLE a ADD COLUMN z text NOT NULL DEFAULT 'é;'"}};

std::unique_ptr<db::Connection> connect(const std::string& url) {
  auto opened = db::Connection::open({.url = Secret(url)});
  EXPECT_TRUE(opened);
  return std::move(*opened);
}

TEST(Migrations, ApplyOnceInOrder) {
  const auto connection = connect(test::Postgres::shared().empty_database());
  EXPECT_EQ(db::pending(*connection, k_two)->size(), 2U);
  EXPECT_EQ(*db::migrate(*connection, std::span(k_two).first(1), Log::silent()), 1);
  EXPECT_EQ(db::pending(*connection, k_two)->size(), 1U);
  EXPECT_EQ(*db::migrate(*connection, k_two, Log::silent()), 1);
  EXPECT_EQ(*db::migrate(*connection, k_two, Log::silent()), 0);
  EXPECT_TRUE(db::pending(*connection, k_two)->empty());
  EXPECT_TRUE(connection->script("INSERT INTO a (x, z) VALUES (1, 'z')"));
}

TEST(Migrations, ASchemaNewerThanTheBinaryIsRefused) {
  const auto connection = connect(test::Postgres::shared().empty_database());
  ASSERT_TRUE(db::migrate(*connection, k_two, Log::silent()));
  const auto refused = db::migrate(*connection, std::span(k_two).first(1), Log::silent());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::misconfigured);
  EXPECT_EQ(refused.error().message, "The database's schema is at version 2, and this binary knows versions up to 1: use a newer binary.");
  EXPECT_FALSE(db::pending(*connection, std::span(k_two).first(1)));
}

TEST(Migrations, AStepWithAnotherTextIsRefused) {
  const auto connection = connect(test::Postgres::shared().empty_database());
  ASSERT_TRUE(db::migrate(*connection, k_two, Log::silent()));
  auto altered = k_two;
  altered[1].sql = "ALTER TABLE a ADD COLUMN other text";
  const auto refused = db::pending(*connection, altered);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::misconfigured);
  EXPECT_NE(refused.error().message.find("Migration 2 (second)"), std::string::npos);
}

TEST(Migrations, AFailedStepLeavesNothingOfItself) {
  const auto connection = connect(test::Postgres::shared().empty_database());
  const std::array broken{k_two[0], db::Migration{.version = 2, .name = "broken", .sql = "CREATE TABLE c (x int); SELECT nonsense;"}};
  const auto failed = db::migrate(*connection, broken, Log::silent());
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("Migration 2 (broken) failed."), std::string::npos);
  EXPECT_FALSE(connection->script("SELECT * FROM c"));
  EXPECT_TRUE(connection->script("SELECT * FROM b"));
  EXPECT_EQ(*db::migrate(*connection, k_two, Log::silent()), 1);  // the lock is free again
}

TEST(Migrations, TwoMigratingAtOnceAreSafe) {
  const std::string url = test::Postgres::shared().empty_database();
  std::array<int, 4> applied{};
  {
    std::vector<std::jthread> threads;
    for (int& count : applied) {
      threads.emplace_back([&url, &count] {
        const auto done = store::migrate({.url = Secret(url)}, Log::silent());
        EXPECT_TRUE(done);
        count = done ? *done : -1;
      });
    }
  }
  const int all = static_cast<int>(store::migrations().size());
  EXPECT_EQ(applied[0] + applied[1] + applied[2] + applied[3], all);
  EXPECT_TRUE(store::pending_migrations({.url = Secret(url)})->empty());
}

TEST(Migrations, AreNumberedWithoutGaps) {
  std::int32_t expected = 1;
  for (const db::Migration& migration : store::migrations()) { EXPECT_EQ(migration.version, expected++); }
}

}  // namespace
}  // namespace bizcomms
