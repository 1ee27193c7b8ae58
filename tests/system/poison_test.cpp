// Messages that can never be handled: three receives, then the dead-letter queue, with a metric and a log line that says why; repaired and
// replayed they are delivered.
#include <gtest/gtest.h>

#include <sstream>

#include "system/on_ground.hpp"
#include "system/once_each.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Nothing that stalled comes again by itself meanwhile.
Environment patient() {
  auto options = fast();
  options["BIZCOMMS_STALLED_AFTER"] = "10m";
  return options;
}

class Poison : public OnGround {
protected:
  void SetUp() override {
    cell.start_simulator();
    cell.start_serve();
    make_recipients(cell, 3);
  }
  void run(const std::string& sql) { Postgres::run(cell.database(), sql); }
  // The id of the only dead letter, once there is one.
  [[nodiscard]] std::string dead_letter() {
    std::vector<std::string> ids;
    EXPECT_TRUE(eventually([&] { return (ids = dead_letters()).size() == 1; }, 60s)) << ids.size();
    return ids.empty() ? "" : ids.front();
  }
  [[nodiscard]] std::vector<std::string> dead_letters() {
    std::vector<std::string> ids;
    std::istringstream lines(cell.command({"dlq", "list"}).output);
    for (std::string line; std::getline(lines, line);) {
      if (has(line, " alert_")) { ids.push_back(line.substr(0, line.find(' '))); }
    }
    return ids;
  }
  // Of the only event that waits; of the only dead letter.
  void change_kind_of_event(int kind) {
    if (on_aws()) { return cloud->change_kind(cloud->standard(), kind); }
    ASSERT_TRUE(eventually([&] { return Postgres::ask(cell.database(), "SELECT count(*)::text FROM queue_messages") == "1"; }));
    run("UPDATE queue_messages SET kind = " + std::to_string(kind));
  }
  void change_kind_of_letter(int kind) {
    if (on_aws()) { return cloud->change_kind(cloud->standard_dead_letters(), kind); }
    run("UPDATE dead_letters SET kind = " + std::to_string(kind));
  }
  // Nothing can be begun until it is mended; in PostgreSQL, no delivery of that title.
  void damage_ledger() {
    if (on_aws()) { return cloud->refuse_begun(true); }
    run(R"(CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.state = 1 AND (SELECT title FROM alerts WHERE alert_id = NEW.alert_id) = 'Disk full' THEN RAISE 'the ledger is damaged'; END IF;
             RETURN NEW; END $$;
           CREATE TRIGGER refuse BEFORE INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION refuse())");
  }
  void mend_ledger() {
    if (on_aws()) { return cloud->refuse_begun(false); }
    run("DROP TRIGGER refuse ON deliveries");
  }
  void expect_told(const std::string& why) {
    EXPECT_GE(cell.work_metric("bizcomms_queue_poisoned_total"), 3);
    EXPECT_TRUE(eventually([&] { return cell.work_metric(R"(bizcomms_queue_messages{lane="standard",state="dead"})") == 1; }));
    const auto line = cell.work().wait_for_line([](const std::string& each) { return has(each, "dead letter"); });
    ASSERT_TRUE(line);
    EXPECT_TRUE(has(*line, why)) << *line;
  }
  [[nodiscard]] std::string shown(const std::string& letter) {
    const auto listed = cell.command({"dlq", "list"});
    EXPECT_TRUE(has(listed.output, letter)) << listed.output;
    return cell.command({"dlq", "show", letter}).output;
  }
  void replay(const std::string& letter) {
    const auto replayed = cell.command({"dlq", "replay", letter});
    EXPECT_EQ(replayed.code, 0) << replayed.output;
  }
  // All that came after the poison is not held up by it.
  void expect_others_delivered() { EXPECT_TRUE(cell.completes(cell.post_alert(R"({"title":"Another","message":"M"})"))); }

  Cell cell{on_ground(patient())};
};

INSTANTIATE_TEST_SUITE_P(On, Poison, k_both_grounds, name_of_ground);

TEST_P(Poison, AnEventOfAnUnknownKindIsKeptUntilSomebodyKnowsIt) {
  const auto alert = cell.post_alert(k_to_all);
  change_kind_of_event(256);  // as a newer version might write
  cell.start_work();
  const auto letter = dead_letter();
  expect_told("kind 256");
  const auto description = shown(letter);
  EXPECT_TRUE(has(description, "receives  3")) << description;
  EXPECT_TRUE(has(description, "kind 256")) << description;
  EXPECT_TRUE(cell.taken().empty());
  expect_others_delivered();
  change_kind_of_letter(0);
  replay(dead_letter());
  EXPECT_TRUE(cell.completes(alert));
  EXPECT_EQ(cell.counts(alert)["sent"], 3);
}

TEST_P(Poison, AnAlertThatCannotBeExpandedFailsAndIsDeliveredOnceItCan) {
  run(R"(CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF (SELECT title FROM alerts WHERE alert_id = NEW.alert_id) = 'Disk full' THEN RAISE 'the batch table is damaged'; END IF;
           RETURN NEW; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON alert_batches FOR EACH ROW EXECUTE FUNCTION refuse())");
  cell.start_work();
  const auto alert = cell.post_alert(k_to_all);
  const auto letter = dead_letter();
  expect_told("the batch table is damaged");
  EXPECT_EQ(cell.alert_status(alert), "failed");
  EXPECT_FALSE(has(cell.call("GET", "/v1/alerts/" + alert).body, "damaged")) << "callers are not told of our insides";
  const auto description = shown(letter);
  EXPECT_TRUE(has(description, alert)) << description;
  EXPECT_TRUE(has(description, "the batch table is damaged")) << description;
  expect_others_delivered();
  run("DROP TRIGGER refuse ON alert_batches");
  replay(letter);
  EXPECT_TRUE(cell.completes(alert)) << cell.call("GET", "/v1/alerts/" + alert).body;
  EXPECT_EQ(cell.counts(alert)["sent"], 3);
  EXPECT_TRUE(has(cell.command({"dlq", "list"}).output, "REASON"));
}

TEST_P(Poison, ABatchThatIsInTheWayOfAnExpansionIsNoCancellation) {
  const auto alert = cell.post_alert(k_to_all);
  run(R"(INSERT INTO alert_batches (alert_id, batch, first_recipient, last_recipient, recipients)
         SELECT alert_id, 1, alert_id, alert_id, 1 FROM alerts)");
  cell.start_work();
  const auto letter = dead_letter();
  expect_told("alert_batches_pkey");
  EXPECT_TRUE(cell.taken().empty());
  run("DELETE FROM alert_batches");
  replay(letter);
  EXPECT_TRUE(cell.completes(alert)) << cell.call("GET", "/v1/alerts/" + alert).body;
  EXPECT_EQ(cell.counts(alert)["sent"], 3);
}

TEST_P(Poison, ABatchWhoseDeliveriesCannotBeWrittenFailsAndIsDeliveredOnceTheyCan) {
  damage_ledger();
  cell.start_work();
  const auto alert = cell.post_alert(k_to_all);
  const auto letter = dead_letter();
  expect_told(on_aws() ? "DynamoDB refused a write" : "the ledger is damaged");
  EXPECT_TRUE(eventually([&] { return cell.counts(alert)["failed"] == 3; }));
  if (!on_aws()) { expect_others_delivered(); }
  mend_ledger();
  if (on_aws()) { expect_others_delivered(); }
  replay(letter);
  EXPECT_TRUE(eventually([&] { return cell.counts(alert)["sent"] == 3; })) << cell.call("GET", "/v1/alerts/" + alert + "/status").body;
  EXPECT_TRUE(cell.completes(alert));
  for (const auto& [phone, messages] : taken_by_phone(cell)) { EXPECT_EQ(messages, 2) << phone << ": one of each alert"; }
}

}  // namespace
}  // namespace bizcomms::test
