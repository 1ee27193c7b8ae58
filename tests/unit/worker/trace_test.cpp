// What a worker and a relay tell of a traced alert.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/kept_spans.hpp"
#include "unit/worker/rig.hpp"

namespace bizcomms::worker {
namespace {

constexpr const char* k_post = "b7ad6b7169203331";  // the span of the rig's POST

struct TracedRig : Rig {
  TracedRig() { tracer = Tracer(kept, clock, 0, 1); }
  [[nodiscard]] std::size_t count(std::string_view name) const {
    const auto spans = kept.spans();
    return static_cast<std::size_t>(std::count_if(spans.begin(), spans.end(), [&](const Span& span) { return span.name == name; }));
  }
  test::KeptSpans kept;
};

TEST(WorkerTrace, SpansOfAnAlertKnowTheirParents) {
  TracedRig rig;
  rig.add_recipients(3);
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  ASSERT_TRUE(eventually([&] { return rig.kept.find("process alert_created").has_value(); }));
  const auto whole = *rig.kept.find("process alert_created");
  EXPECT_EQ(whole.parent_id, k_post);
  EXPECT_EQ(whole.kind, SpanKind::consumer);
  EXPECT_EQ(std::get<std::int64_t>(*test::attribute_of(whole, "bizcomms.sent")), 3);
  for (const auto* name : {"expand", "begin", "record"}) {
    const auto part = rig.kept.find(name);
    ASSERT_TRUE(part) << name;
    EXPECT_EQ(part->parent_id, whole.id) << name;
    EXPECT_EQ(part->trace_id, whole.trace_id) << name;
  }
  for (const auto& dispatch : rig.sender.dispatches()) {
    EXPECT_EQ(parse_traceparent(dispatch.trace), (Trace{whole.trace_id, whole.id, true})) << "the request is part of it too";
  }
}

TEST(WorkerTrace, SeveralRowsOfOneWorkAreOneSpanOfAGroup) {
  TracedRig rig;
  rig.add_recipients(40);
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(id));
  ASSERT_TRUE(eventually([&] { return rig.count("process alert_created") == 1; }));
  std::int64_t begun = 0;
  for (const Span& span : rig.kept.spans()) {
    if (span.name == "begin") { begun += std::get<std::int64_t>(*test::attribute_of(span, "bizcomms.deliveries")); }
  }
  EXPECT_EQ(begun, 40);
  EXPECT_LT(rig.count("begin"), 40U);
}

TEST(WorkerTrace, AnAlertThatIsNotSampledLeavesNoSpan) {
  TracedRig rig;
  rig.add_recipients(3);
  const alert::AlertDraft draft{.title = "Title", .message = "Message"};
  const auto made = static_cast<alert::AlertStore&>(rig.store).create(rig.ids.next<alert::AlertId>(), draft, std::nullopt,
                                                                      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  ASSERT_TRUE(made);
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.completes(made->id));
  ASSERT_TRUE(rig.queue_empties());
  rig.worker.reset();
  EXPECT_TRUE(rig.kept.spans().empty());
  EXPECT_EQ(rig.sender.dispatches().at(0).trace, "");
}

TEST(WorkerTrace, ARetryIsPartOfTheAlertsTrace) {
  TracedRig rig;
  rig.add_recipients(1);
  rig.sender.script(Rig::number(1), Error{.code = ErrorCode::unavailable, .message = "Down."});
  const auto id = rig.post();
  rig.relay();
  rig.start();
  ASSERT_TRUE(rig.sender.wait_for_dispatches(1, 20s));
  ASSERT_TRUE(eventually([&] {
    rig.clock.advance(1s);
    return rig.status(id) == alert::AlertStatus::completed;
  }));
  ASSERT_TRUE(eventually([&] { return rig.kept.find("process due deliveries").has_value(); }));
  EXPECT_EQ(rig.kept.find("process due deliveries")->parent_id, k_post);
}

TEST(RelayTrace, WhoeverReceivesAnEventGoesOnWithinItsPublishing) {
  TracedRig rig;
  rig.post();
  const RelaySettings quick{.group_max = 10, .sweep_interval = 5ms, .port_backoff = {1ms, 20ms}, .seed = 7};
  const Relay relay(
      quick, rig.store, rig.queue, [] { return true; }, rig.log, rig.metrics, rig.tracer);
  ASSERT_TRUE(eventually([&] { return rig.kept.find("publish alert_created").has_value(); }));
  const auto publish = *rig.kept.find("publish alert_created");
  EXPECT_EQ(publish.parent_id, k_post);
  EXPECT_EQ(publish.kind, SpanKind::producer);
  const auto received = rig.queue.receive(alert::Lane::standard, 1, 0ms, {});
  ASSERT_TRUE(received && received->size() == 1);
  EXPECT_EQ(parse_traceparent(received->front().event.trace), (Trace{publish.trace_id, publish.id, true}));
}

TEST(RelayTrace, AnEventThatTheQueueRefusesAloneIsAFailure) {
  TracedRig rig;
  rig.queue.refuse_one();
  rig.post();
  const RelaySettings quick{.group_max = 10, .sweep_interval = 5ms, .port_backoff = {1ms, 20ms}, .seed = 7};
  const Relay relay(
      quick, rig.store, rig.queue, [] { return true; }, rig.log, rig.metrics, rig.tracer);
  ASSERT_TRUE(eventually([&] { return rig.count("publish alert_created") == 2; }));
  EXPECT_FALSE(rig.kept.spans()[0].failure.empty());
  EXPECT_EQ(rig.kept.spans()[1].failure, "");
}

}  // namespace
}  // namespace bizcomms::worker
