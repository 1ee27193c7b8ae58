// Two cells: the real binary on a database that is read-only, becomes writable, belongs to the other, or was left behind.
#include <gtest/gtest.h>

#include "support/cell.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

const std::string k_message = R"({"title":"T","message":"M","recipient_filters":{"tags":["news"]}})";

class Cells : public testing::Test {
protected:
  // A replica is read-only for all; here every session is told so, which the product cannot tell apart.
  void make_database_read_only(bool is) {
    const auto database = Postgres::ask(cell.database(), "SELECT current_database()::text");
    const auto postgres = cell.postgres().cluster().url("postgres");
    Postgres::run(postgres, "ALTER DATABASE " + database + (is ? " SET default_transaction_read_only = on" : " RESET ALL"));
    Postgres::run(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'");
  }

  static Environment named(const std::string& name, Environment more = {}) {
    more.insert({"BIZCOMMS_CELL", name});
    return more;
  }

  std::string role() { return cell.call("GET", "/health").json()["role"].as_string().value_or(""); }
  bool becomes(const std::string& wanted) {
    return eventually([&] { return role() == wanted; });
  }

  Cell cell;
};

TEST_F(Cells, AStandbyReadsRefusesAndTakesOverWhenItsDatabaseIsPromoted) {
  cell.start_simulator();
  cell.start_serve(named("east"));
  cell.make_recipient(number(1));
  const auto alert = cell.post_alert(k_message);
  make_database_read_only(true);
  cell.start_serve(named("west"));
  cell.start_work(named("west"));
  EXPECT_EQ(role(), "standby");
  EXPECT_EQ(cell.call("GET", "/v1/alerts/" + alert).status, 200);
  const auto refused = cell.call("POST", "/v1/alerts", k_message);
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.find("Retry-After"));
  EXPECT_EQ(cell.work_metric("bizcomms_cell_active"), 0);
  EXPECT_EQ(cell.work_metric("bizcomms_database_standby"), 1);
  make_database_read_only(false);
  EXPECT_TRUE(becomes("active"));
  EXPECT_EQ(cell.serve_metric("bizcomms_database_standby"), 0);
  EXPECT_EQ(cell.call("GET", "/health").json()["epoch"].as_int(), 2);
  EXPECT_TRUE(eventually([&] { return cell.work_metric("bizcomms_cell_active") == 1 && cell.work_metric("bizcomms_cell_epoch") == 2; }));
  const auto fresh = cell.post_alert(k_message);
  EXPECT_TRUE(cell.completes(fresh)) << "an alert of its own epoch is not looked up first";
  EXPECT_TRUE(eventually([&] { return cell.received().size() == 1; }));
}

TEST_F(Cells, ACellWhoseDatabaseIsTheOthersDoesNothing) {
  cell.start_serve(named("east"));
  cell.start_serve(named("west"));
  EXPECT_EQ(role(), "standby");
  EXPECT_EQ(cell.call("POST", "/v1/alerts", k_message).status, 503) << "although the database can be written to";
}

TEST_F(Cells, ACellThatComesBackStaysOnStandbyUntilItIsTold) {
  cell.start_simulator();
  Cell other;
  other.start_serve(named("west"));
  const Environment east = named("east", {{"BIZCOMMS_PEER_URL", "http://" + other.api_address()}});
  cell.start_serve(east);
  EXPECT_TRUE(becomes("active"));
  Postgres::run(other.database(), "UPDATE authority SET epoch = 2");
  EXPECT_TRUE(becomes("standby")) << "a running cell sees that another took over";
  cell.start_serve(east);
  EXPECT_EQ(role(), "standby") << "and so does one that starts, with its database as writable as ever";
  EXPECT_EQ(cell.call("POST", "/v1/alerts", k_message).status, 503);
  const auto status = cell.command({"cell", "status"}, east);
  EXPECT_EQ(status.code, 0);
  EXPECT_NE(status.output.find("database    Writable: it belongs to cell east, epoch 1.\n"), std::string::npos) << status.output;
  EXPECT_NE(status.output.find("the peer    Cell west, epoch 2, active.\n"), std::string::npos) << status.output;
  const auto refused = cell.command({"cell", "activate"}, east);
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.output.find("Cell west works in epoch 2, says the peer"), std::string::npos) << refused.output;
  other.serve().kill();
  const auto told = cell.command({"cell", "activate"}, east);
  EXPECT_EQ(told.code, 0) << told.output;
  EXPECT_TRUE(becomes("active"));
  EXPECT_EQ(cell.call("GET", "/health").json()["epoch"].as_int(), 3) << "above what was seen at the peer";
}

TEST_F(Cells, ACellThatCannotAskItsPeerWaitsForItOrForAWord) {
  const Environment east = named("east", {{"BIZCOMMS_PEER_URL", "http://127.0.0.1:9"}, {"BIZCOMMS_PEER_GRACE", "0s"}});
  cell.start_serve(east);
  EXPECT_EQ(role(), "active") << "nobody has worked on a database that is new";
  cell.start_serve(east);
  EXPECT_EQ(role(), "standby");
  EXPECT_EQ(cell.command({"cell", "activate"}, east).code, 0);
  EXPECT_TRUE(becomes("active"));
  EXPECT_EQ(cell.call("GET", "/health").json()["epoch"].as_int(), 1) << "what it had begun is not in doubt";
  cell.start_serve(east);
  EXPECT_TRUE(becomes("active")) << "the word holds until the peer answers";
  const auto check = cell.command({"check"}, east);
  EXPECT_NE(check.output.find("FAILED  peer        The peer does not answer."), std::string::npos) << check.output;
}

TEST_F(Cells, OnlyAnActiveCellPolls) {
  cell.start_simulator({{"BIZCOMMS_STORIES", SOURCE_DIR "/tests/fixtures/hackernews"}});
  cell.start_serve(named("east"));
  const auto poll = [&](const std::string& name) {
    return cell.command({"poll"}, named(name, {{"BIZCOMMS_API_URL", "http://" + cell.api_address()},
                                               {"BIZCOMMS_API_KEY", cell.key()},
                                               {"BIZCOMMS_HACKERNEWS_BASE_URL", "http://" + cell.simulator_address()}}));
  };
  const auto west = poll("west");  // the API's address leads to the active cell, whoever asks
  EXPECT_NE(west.output.find("This cell is on standby: nothing was polled.\n"), std::string::npos) << west.output;
  EXPECT_EQ(west.code, 0);
  EXPECT_NE(poll("east").output.find("Raised 5 stories"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms::test
