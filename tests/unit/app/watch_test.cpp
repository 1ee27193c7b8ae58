#include "app/watch.hpp"

#include <gtest/gtest.h>

namespace bizcomms::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using store::AuthorityState;

const Error k_away{ErrorCode::unavailable, "The database cannot be reached."};

// A database as its answers, asked by one cell.
struct FakeDatabase {
  std::string cell = "east";  // who asks
  bool up = true;
  bool schema_ready = true;
  bool beaten = false;  // another process of the cell takes the authority first
  std::int64_t seen_epoch = 0;
  AuthorityState state{.cell = "east", .epoch = 1, .writable = true};

  [[nodiscard]] Result<AuthorityState> authority() const {
    if (!up) { return k_away; }
    return state;
  }

  Status schema() const {
    if (!up) { return k_away; }
    if (!schema_ready) { return Error{ErrorCode::misconfigured, "The schema is behind."}; }
    return {};
  }

  Result<AuthorityState> take(std::int64_t expected_epoch, std::int64_t known_epoch) {
    if (state.epoch != expected_epoch) { return Error{ErrorCode::conflict, "Another was faster."}; }
    state.cell = cell;
    state.epoch = std::max(state.epoch, known_epoch) + 1;
    if (beaten) { return take(expected_epoch, known_epoch); }
    return state;
  }

  DatabaseQuestions questions() {
    return {.schema = [this] { return schema(); },
            .authority = [this] { return authority(); },
            .take_if_unset = [this] { return take(state.epoch, 0); },
            .take = [this](std::int64_t expected_epoch, std::int64_t known_epoch) { return take(expected_epoch, known_epoch); },
            .note_active = [](std::int64_t) { return Status{}; },
            .forget_word =
                [this] {
                  state.told = false;
                  return Status{};
                },
            .note_seen =
                [this](std::int64_t epoch) {
                  seen_epoch = epoch;
                  return Status{};
                }};
  }
};

class Look : public testing::Test {
protected:
  Standing next() {
    now += seconds{1};
    return standing = look(database.questions(), {.cell = database.cell, .grace = minutes{1}}, testimonies, now, standing, memory);
  }

  // What the peer answers, asked just now.
  void peer_says(const Sighting& sighting) { testimonies = {{.name = "the peer", .seen = sighting, .asked_at = now}}; }
  void peer_is_silent() {
    if (testimonies.empty()) { testimonies = {{.name = "the peer"}}; }
    testimonies.front().problem = "The peer does not answer.";
    testimonies.front().asked_at = now;
  }

  void pass(Millis time) { now += time; }

  FakeDatabase database;
  std::vector<Testimony> testimonies;
  SteadyTime now{};
  Standing standing;
  WatchMemory memory;
};

TEST_F(Look, TheCellThatTheAuthorityNamesIsActive) {
  EXPECT_TRUE(next().active);
  EXPECT_TRUE(standing.reachable);
  EXPECT_EQ(standing.problem, "");
}

TEST_F(Look, TakesAnAuthorityThatNobodyHas) {
  database.state.cell = "";
  database.state.epoch = 0;
  EXPECT_TRUE(next().active);
  EXPECT_EQ(standing.epoch, 1);
}

TEST_F(Look, ANewDatabaseIsWorkedOnBeforeThereIsAPeer) {
  database.state = {.cell = "", .epoch = 0, .writable = true, .silent_for = minutes{10}};
  peer_is_silent();
  EXPECT_TRUE(next().active);
  EXPECT_TRUE(next().active);
}

TEST_F(Look, AnotherCellsWritableDatabaseIsNotWorkedOn) {
  database.cell = "west";
  EXPECT_FALSE(next().active);
  EXPECT_NE(standing.problem.find("belongs to cell east"), std::string::npos) << standing.problem;
  EXPECT_FALSE(next().active);
}

TEST_F(Look, AReadOnlyDatabaseMakesAStandbyThatIsWell) {
  database.cell = "west";
  database.state.writable = false;
  EXPECT_FALSE(next().active);
  EXPECT_TRUE(standing.reachable);
  EXPECT_EQ(standing.problem, "");
}

TEST_F(Look, APromotedStandbyTakesTheAuthorityWithAnEpochOfItsOwn) {
  database.cell = "west";
  database.state.writable = false;
  EXPECT_FALSE(next().active);
  database.state.writable = true;
  EXPECT_TRUE(next().active);
  EXPECT_EQ(standing.epoch, 2);
}

TEST_F(Look, APromotionNeedsNoAnswerFromTheCellThatDied) {
  database.cell = "west";
  database.state.writable = false;
  database.state.silent_for = minutes{10};
  peer_is_silent();
  EXPECT_FALSE(next().active);
  database.state.writable = true;
  EXPECT_TRUE(next().active);
  EXPECT_TRUE(next().active);
}

TEST_F(Look, APromotedStandbyOutbidsEveryEpochThatIsKnown) {
  database.cell = "west";
  database.state.writable = false;
  EXPECT_FALSE(next().active);
  database.state.writable = true;
  peer_says({.cell = "east", .epoch = 6});
  EXPECT_TRUE(next().active);
  EXPECT_EQ(standing.epoch, 7);
}

TEST_F(Look, WhereAnotherProcessOfTheCellTookOverFirstThisOneFollows) {
  database.cell = "west";
  database.state.writable = false;
  EXPECT_FALSE(next().active);
  database.state.writable = true;
  database.beaten = true;
  EXPECT_TRUE(next().active);
  EXPECT_TRUE(standing.reachable);
}

TEST_F(Look, WhileTheDatabaseIsAwayTheCellStaysWhatItWas) {
  EXPECT_TRUE(next().active);
  database.up = false;
  EXPECT_TRUE(next().active);
  EXPECT_FALSE(standing.reachable);
  EXPECT_EQ(standing.problem, "The database cannot be reached.");
  database.up = true;
  EXPECT_TRUE(next().reachable);
}

TEST_F(Look, AnOldSchemaIsReachableButNotReady) {
  database.schema_ready = false;
  EXPECT_FALSE(next().schema_ready);
  EXPECT_TRUE(standing.reachable);
  EXPECT_FALSE(standing.active);
  EXPECT_EQ(standing.problem, "The schema is behind.");
  database.schema_ready = true;
  EXPECT_TRUE(next().active);
}

// A region that comes back: its database is writable, and still names its cell.
TEST_F(Look, ACellThatComesBackSeesAtThePeerThatItWasOvertaken) {
  peer_says({.cell = "west", .epoch = 2, .active = true});
  EXPECT_FALSE(next().active);
  EXPECT_EQ(
      standing.problem,
      "Cell west works in epoch 2, says the peer; this database was left behind in epoch 1, and is not worked on. Make it a replica of "
      "that cell's.");
  EXPECT_EQ(database.seen_epoch, 2) << "so that an operator's word can outbid it, when the peer is gone";
  peer_is_silent();
  EXPECT_FALSE(next().active);
}

TEST_F(Look, ACellThatComesBackAndCannotAskStaysOnStandby) {
  database.state.silent_for = minutes{10};
  peer_is_silent();
  EXPECT_FALSE(next().active);
  EXPECT_EQ(standing.problem,
            "Whether another cell has taken over cannot be asked of the peer: The peer does not answer. The cell stays on standby until it "
            "can, or until \"bizcomms cell activate\" tells it to work.");
  EXPECT_FALSE(next().active);
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
}

TEST_F(Look, AnOperatorsWordStandsInForThePeersAnswer) {
  database.state.silent_for = minutes{10};
  peer_is_silent();
  EXPECT_FALSE(next().active);
  database.state.told = true;
  EXPECT_TRUE(next().active);
}

TEST_F(Look, AnOperatorsWordEndsWithTheSilenceThatItWasGivenIn) {
  database.state.silent_for = minutes{10};
  database.state.told = true;
  peer_is_silent();
  EXPECT_TRUE(next().active);
  EXPECT_TRUE(database.state.told);
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
  EXPECT_FALSE(database.state.told);
  memory = {};
  peer_is_silent();
  EXPECT_FALSE(next().active) << "a process that starts much later, and cannot ask";
}

TEST_F(Look, AnOperatorsWordDoesNotStandAgainstAHigherEpoch) {
  database.state.told = true;
  peer_says({.cell = "west", .epoch = 2, .active = true});
  EXPECT_FALSE(next().active);
}

TEST_F(Look, WhereTheCellWasAtWorkAMomentAgoAProcessMayStartWithoutThePeer) {
  database.state.silent_for = seconds{12};
  peer_is_silent();
  EXPECT_TRUE(next().active);
}

TEST_F(Look, NothingIsDecidedBeforeThePeerWasAsked) {
  testimonies = {{.name = "the peer"}};
  EXPECT_FALSE(next().active);
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
}

TEST_F(Look, ARunningCellOutlivesItsPeer) {
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
  peer_is_silent();
  pass(seconds{30});
  database.state.silent_for = minutes{10};
  EXPECT_TRUE(next().active);
}

TEST_F(Look, ARunningCellStepsDownWhenAnotherTookOver) {
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
  peer_says({.cell = "west", .epoch = 2, .active = true});
  EXPECT_FALSE(next().active);
}

TEST_F(Look, AfterAMomentWithoutItsDatabaseACellGoesOnUntilItHasAsked) {
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
  database.up = false;
  next();
  database.up = true;
  EXPECT_TRUE(next().active);
  peer_is_silent();
  database.state.silent_for = minutes{10};
  EXPECT_FALSE(next().active);
}

TEST_F(Look, AfterALongTimeWithoutItsDatabaseACellAsksFirst) {
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
  database.up = false;
  next();
  pass(minutes{5});
  database.up = true;
  EXPECT_FALSE(next().active);
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
}

TEST_F(Look, AProcessThatWasFrozenAsksFirst) {
  peer_says({.cell = "west", .epoch = 1});
  EXPECT_TRUE(next().active);
  pass(minutes{5});
  EXPECT_FALSE(next().active);
}

TEST_F(Look, OfTwoCellsInOneEpochTheFirstByNameGoesOn) {
  peer_says({.cell = "aaaa", .epoch = 1, .active = true});
  EXPECT_FALSE(next().active);
  peer_says({.cell = "west", .epoch = 1, .active = true});
  EXPECT_TRUE(next().active);
}

TEST_F(Look, TheLedgersEpochCountsBesideThePeers) {
  peer_says({.cell = "west", .epoch = 1});
  testimonies.push_back({.name = "the ledger", .seen = Sighting{.cell = "west", .epoch = 2}, .asked_at = now});
  EXPECT_FALSE(next().active);
}

TEST(Watch, TellsWhoWaitsOfAChange) {
  FakeDatabase database;
  Metrics metrics;
  const SystemClock clock;
  const Watch watch(database.questions(), {}, {.cell = "east", .interval = Millis{1}}, clock, Log::silent(), metrics);
  watch.wait_for_first_look(seconds{20});
  EXPECT_TRUE(watch.standing().active);
  const std::stop_source stop;
  EXPECT_TRUE(watch.wait_for_change(Standing{}, stop.get_token()).active);
}

TEST(Watch, TellsWitnessesInWhichEpochItWorks) {
  FakeDatabase database;
  Metrics metrics;
  const SystemClock clock;
  std::mutex mutex;
  Sighting kept;
  const Witness ledger{.name = "the ledger",
                       .ask = [&]() -> Result<Sighting> {
                         const std::scoped_lock lock(mutex);
                         return kept;
                       },
                       .tell = [&](const std::string& cell, std::int64_t epoch) -> Status {
                         const std::scoped_lock lock(mutex);
                         kept = {.cell = cell, .epoch = epoch};
                         return {};
                       }};
  const Watch watch(database.questions(), {ledger}, {.cell = "east", .interval = Millis{1}, .witness_interval = Millis{1}}, clock,
                    Log::silent(), metrics);
  const auto told = [&] {
    const std::scoped_lock lock(mutex);
    return kept.cell == "east" && kept.epoch == 1;
  };
  const auto deadline = clock.steady() + seconds{20};
  while (!told() && clock.steady() < deadline) { sleep_for({}, Millis{1}); }
  EXPECT_TRUE(told());
  EXPECT_TRUE(watch.standing().active);
}

}  // namespace
}  // namespace bizcomms::app
