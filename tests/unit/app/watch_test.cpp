#include "app/watch.hpp"

#include <gtest/gtest.h>

namespace bizcomms::app {
namespace {

using store::AuthorityState;

// A database as its answers.
struct FakeDatabase {
  bool up = true;
  bool schema_ready = true;
  AuthorityState state{.cell = "east", .epoch = 1, .writable = true};

  [[nodiscard]] Result<AuthorityState> authority() const {
    if (!up) { return Error{ErrorCode::unavailable, "The database cannot be reached."}; }
    return state;
  }
  DatabaseQuestions questions() {
    return {.schema = [this]() -> Status {
              if (!up) { return Error{ErrorCode::unavailable, "The database cannot be reached."}; }
              if (!schema_ready) { return Error{ErrorCode::misconfigured, "The schema is behind."}; }
              return {};
            },
            .authority = [this] { return authority(); },
            .take_if_unset =
                [this] {
                  state.cell = "east";
                  state.epoch = 1;
                  return authority();
                },
            .take = [this](std::int64_t expected_epoch) -> Result<AuthorityState> {
              if (state.epoch != expected_epoch) { return Error{ErrorCode::conflict, "Another cell was faster."}; }
              state.cell = "west";
              ++state.epoch;
              return state;
            }};
  }
};

class Look : public testing::Test {
protected:
  Standing next(const std::string& cell) { return standing = look(database.questions(), cell, standing, was_read_only); }
  FakeDatabase database;
  Standing standing;
  bool was_read_only = false;
};

TEST_F(Look, TheCellThatTheAuthorityNamesIsActive) {
  EXPECT_TRUE(next("east").active);
  EXPECT_TRUE(standing.reachable);
  EXPECT_EQ(standing.problem, "");
}

TEST_F(Look, TakesAnAuthorityThatNobodyHas) {
  database.state.cell = "";
  EXPECT_TRUE(next("east").active);
  EXPECT_EQ(standing.epoch, 1);
}

TEST_F(Look, AnotherCellsWritableDatabaseIsNotWorkedOn) {
  EXPECT_FALSE(next("west").active);
  EXPECT_NE(standing.problem.find("belongs to cell east"), std::string::npos) << standing.problem;
  EXPECT_FALSE(next("west").active);
}

TEST_F(Look, AReadOnlyDatabaseMakesAStandbyThatIsWell) {
  database.state.writable = false;
  EXPECT_FALSE(next("west").active);
  EXPECT_TRUE(standing.reachable);
  EXPECT_EQ(standing.problem, "");
}

TEST_F(Look, APromotedStandbyTakesTheAuthorityWithAnEpochOfItsOwn) {
  database.state.writable = false;
  EXPECT_FALSE(next("west").active);
  database.state.writable = true;
  EXPECT_TRUE(next("west").active);
  EXPECT_EQ(standing.epoch, 2);
}

TEST_F(Look, WhileTheDatabaseIsAwayTheCellStaysWhatItWas) {
  EXPECT_TRUE(next("east").active);
  database.up = false;
  EXPECT_TRUE(next("east").active);
  EXPECT_FALSE(standing.reachable);
  EXPECT_EQ(standing.problem, "The database cannot be reached.");
  database.up = true;
  EXPECT_TRUE(next("east").reachable);
}

TEST_F(Look, AnOldSchemaIsReachableButNotReady) {
  database.schema_ready = false;
  EXPECT_FALSE(next("east").schema_ready);
  EXPECT_TRUE(standing.reachable);
  EXPECT_FALSE(standing.active);
  EXPECT_EQ(standing.problem, "The schema is behind.");
  database.schema_ready = true;
  EXPECT_TRUE(next("east").active);
}

TEST(Watch, TellsWhoWaitsOfAChange) {
  FakeDatabase database;
  Metrics metrics;
  const Watch watch(database.questions(), "east", Millis{1}, Log::silent(), metrics);
  watch.wait_for_first_look(std::chrono::seconds{20});
  EXPECT_TRUE(watch.standing().active);
  const std::stop_source stop;
  EXPECT_TRUE(watch.wait_for_change(Standing{}, stop.get_token()).active);
}

}  // namespace
}  // namespace bizcomms::app
