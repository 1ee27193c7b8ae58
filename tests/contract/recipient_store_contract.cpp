#include <atomic>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

std::vector<RecipientId> ids_of(const Page<Recipient, RecipientId>& page) {
  std::vector<RecipientId> ids;
  for (const Recipient& recipient : page.items) { ids.push_back(recipient.id); }
  return ids;
}

bool names(const Error& error, const std::string& text) {
  if (error.message.find(text) != std::string::npos) { return true; }
  return !error.fields.empty() && error.fields[0].message.find(text) != std::string::npos;
}

const OptOut k_stop{.at = Time{1'767'268'800s}, .by = "STOP"};
const OptOut k_code{.at = Time{1'767'268'900s}, .by = "21610"};
const Time k_later{1'767'269'000s};

}  // namespace

TEST_P(RecipientStoreContract, ReadsBackWhoWasCreated) {
  const RecipientDraft content{.name = "Zoë O'Neil \"😀\"",
                               .phone_number = "+4915112345678",
                               .preferences = {.sms_enabled = false, .voice_enabled = true},
                               .tags = {"a,b", "c\"d\\", "ünï"},
                               .active = false};
  const RecipientId id = recipient_id();
  ASSERT_TRUE(recipients().create(id, content));
  const auto read = recipients().get(id);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, id);
  EXPECT_EQ(read->content.name, content.name);
  EXPECT_EQ(read->content.phone_number, content.phone_number);
  EXPECT_EQ(read->content.preferences, content.preferences);
  EXPECT_EQ(read->content.tags, content.tags);
  EXPECT_FALSE(read->content.active);
  EXPECT_EQ(read->created_at, id.uuid.time());
  EXPECT_FALSE(read->opted_out);
}

TEST_P(RecipientStoreContract, ANumberBelongsToOne) {
  const RecipientDraft content = person();
  const RecipientId first = recipient_id();
  ASSERT_TRUE(recipients().create(first, content));
  const auto refused = recipients().create(recipient_id(), content);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_TRUE(names(refused.error(), first.to_string()));
  EXPECT_FALSE(names(refused.error(), content.phone_number));
}

TEST_P(RecipientStoreContract, OfManyAtOnceWithOneNumberOneIsCreated) {
  const RecipientDraft content = person();
  std::atomic<int> created = 0;
  at_once(8, [&](int) { created += recipients().create(recipient_id(), content) ? 1 : 0; });
  EXPECT_EQ(created, 1);
  EXPECT_EQ(recipients().list({})->items.size(), 1U);
}

TEST_P(RecipientStoreContract, DoesNotFindWhoIsNotThere) {
  EXPECT_EQ(recipients().get(recipient_id()).error().code, ErrorCode::not_found);
  EXPECT_EQ(recipients().change(recipient_id(), {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(recipients().erase(recipient_id()).error().code, ErrorCode::not_found);
}

TEST_P(RecipientStoreContract, ListsOldestFirstInPages) {
  std::vector<RecipientId> made;
  for (int i = 0; i < 5; ++i) { made.push_back(add_person().id); }
  const auto first = recipients().list({.limit = 3});
  ASSERT_TRUE(first && first->next);
  EXPECT_EQ(ids_of(*first), (std::vector{made[0], made[1], made[2]}));
  const auto second = recipients().list({.limit = 3, .after = first->next});
  ASSERT_TRUE(second);
  EXPECT_EQ(ids_of(*second), (std::vector{made[3], made[4]}));
  EXPECT_FALSE(second->next);
}

TEST_P(RecipientStoreContract, ListsByTagAndActivity) {
  const RecipientId tech = add_person({"news", "tech"}).id;
  const RecipientId news = add_person({"news"}).id;
  ASSERT_TRUE(recipients().change(news, {.active = false}));
  EXPECT_EQ(ids_of(*recipients().list({.tag = "news"})), (std::vector{tech, news}));
  EXPECT_EQ(ids_of(*recipients().list({.tag = "tech"})), std::vector{tech});
  EXPECT_EQ(ids_of(*recipients().list({.tag = "tec"})), std::vector<RecipientId>{});
  EXPECT_EQ(ids_of(*recipients().list({.active = false})), std::vector{news});
  EXPECT_EQ(ids_of(*recipients().list({.tag = "news", .active = true})), std::vector{tech});
}

TEST_P(RecipientStoreContract, ChangesTheFieldsGiven) {
  const Recipient before = add_person({"old"});
  const auto changed = recipients().change(before.id, {.name = "Other", .voice_enabled = true, .tags = std::vector<std::string>{"a", "b"}});
  ASSERT_TRUE(changed);
  const auto read = recipients().get(before.id);
  for (const Recipient& after : {*changed, *read}) {
    EXPECT_EQ(after.content.name, "Other");
    EXPECT_EQ(after.content.phone_number, before.content.phone_number);
    EXPECT_EQ(after.content.preferences, (Preferences{.sms_enabled = true, .voice_enabled = true}));
    EXPECT_EQ(after.content.tags, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(after.content.active);
    EXPECT_EQ(after.created_at, before.created_at);
    EXPECT_GE(after.updated_at, before.updated_at);
  }
}

TEST_P(RecipientStoreContract, ChangesToAnothersNumberNever) {
  const Recipient first = add_person();
  const Recipient second = add_person();
  const auto refused = recipients().change(second.id, {.phone_number = first.content.phone_number});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_TRUE(names(refused.error(), first.id.to_string()));
  EXPECT_TRUE(recipients().change(second.id, {.phone_number = second.content.phone_number}));
}

TEST_P(RecipientStoreContract, ErasesForGood) {
  const Recipient gone = add_person({"news"});
  ASSERT_TRUE(recipients().erase(gone.id));
  EXPECT_EQ(recipients().get(gone.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(recipients().erase(gone.id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(recipients().list({.tag = "news"})->items.empty());
  EXPECT_TRUE(recipients().create(recipient_id(), gone.content));  // the number is free again
}

TEST_P(RecipientStoreContract, ErasingTakesTheNumberFromDeliveriesAndLeavesTheCounts) {
  const Scene scene = sending(2);
  send_all(scene);
  recount(scene.alert);
  ASSERT_TRUE(row(delivery_id(scene)).phone_number);
  ASSERT_TRUE(recipients().erase(scene.people[0]));
  EXPECT_FALSE(row(delivery_id(scene)).phone_number);
  const auto after = alerts().report(scene.alert, {});
  ASSERT_TRUE(after);
  EXPECT_EQ(after->counts.total_recipients, 2);
  EXPECT_EQ(after->counts.deliveries.sent, 2);
  ASSERT_EQ(after->deliveries.items.size(), 2U);
  EXPECT_FALSE(after->deliveries.items[0].phone_number);
  EXPECT_TRUE(after->deliveries.items[1].phone_number);
}

TEST_P(RecipientStoreContract, ADeliveryKeepsTheNumberThatItWentTo) {
  const Scene scene = sending(1);
  const std::string before = recipients().get(scene.people[0])->content.phone_number;
  send_all(scene);
  ASSERT_TRUE(recipients().change(scene.people[0], {.phone_number = "+4930123456"}));
  ASSERT_TRUE(recipients().change(scene.people[0], {.phone_number = "+4930123457"}));
  EXPECT_EQ(row(delivery_id(scene)).phone_number, before);
  EXPECT_EQ(alerts().report(scene.alert, {})->deliveries.items.at(0).phone_number, before);
}

TEST_P(RecipientStoreContract, ShowsTheFirstOptOut) {
  const Recipient known = add_person();
  ASSERT_TRUE(recipients().opt_out(known.content.phone_number, k_stop.by, k_stop.at, {}));
  ASSERT_TRUE(recipients().opt_out(known.content.phone_number, k_code.by, k_code.at, {}));
  EXPECT_EQ(recipients().get(known.id)->opted_out, k_stop);
  EXPECT_EQ(recipients().list({})->items.at(0).opted_out, k_stop);
}

TEST_P(RecipientStoreContract, AnOptOutHoldsBeforeWeKnowTheNumber) {
  const RecipientDraft content = person();
  ASSERT_TRUE(recipients().opt_out(content.phone_number, k_stop.by, k_stop.at, {}));
  const auto created = recipients().create(recipient_id(), content);
  ASSERT_TRUE(created);
  EXPECT_EQ(created->opted_out, k_stop);
}

TEST_P(RecipientStoreContract, NoChangeErasureOrRecreationUndoesAnOptOut) {
  const Recipient known = add_person();
  ASSERT_TRUE(recipients().opt_out(known.content.phone_number, k_stop.by, k_stop.at, {}));
  const auto changed = recipients().change(known.id, {.sms_enabled = true, .active = true});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->opted_out, k_stop);
  ASSERT_TRUE(recipients().erase(known.id));
  const auto again = recipients().create(recipient_id(), known.content);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->opted_out, k_stop);
}

TEST_P(RecipientStoreContract, AnOptOutStaysWithTheNumber) {
  const Recipient known = add_person();
  ASSERT_TRUE(recipients().opt_out(known.content.phone_number, k_stop.by, k_stop.at, {}));
  const auto moved = recipients().change(known.id, {.phone_number = "+4930123456"});
  ASSERT_TRUE(moved);
  EXPECT_FALSE(moved->opted_out);
  const auto back = recipients().change(known.id, {.phone_number = known.content.phone_number});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->opted_out, k_stop);
}

TEST_P(RecipientStoreContract, AMessageIsHeededOnce) {
  const Recipient known = add_person();
  const auto opted_out = [&] { return recipients().get(known.id)->opted_out; };
  const auto& number = known.content.phone_number;
  ASSERT_TRUE(recipients().opt_out(number, k_stop.by, k_stop.at, "SM1"));
  ASSERT_TRUE(recipients().opt_in(number, k_later, "SM2"));
  EXPECT_FALSE(opted_out());
  ASSERT_TRUE(recipients().opt_out(number, k_stop.by, k_stop.at, "SM1"));
  EXPECT_FALSE(opted_out()) << "it was undone since";
  ASSERT_TRUE(recipients().opt_out(number, k_code.by, k_later, "SM3"));
  ASSERT_TRUE(recipients().opt_in(number, k_later, "SM2"));
  EXPECT_EQ(opted_out()->by, k_code.by);
}

TEST_P(RecipientStoreContract, WhatSomebodyWroteLastCounts) {
  const Recipient known = add_person();
  constexpr Time k_first{1'000s};
  constexpr Time k_second{2'000s};
  const auto& number = known.content.phone_number;
  const auto opted_out = [&] { return recipients().get(known.id)->opted_out; };
  EXPECT_TRUE(*recipients().opt_out(number, "STOP", k_first, "SM1"));
  EXPECT_FALSE(*recipients().opt_in(number, k_first - Millis{1}, "SM2")) << "older than the opt-out";
  EXPECT_FALSE(*recipients().opt_out(number, "QUIT", k_second, "SM3"));
  EXPECT_FALSE(*recipients().opt_in(number, k_second - Millis{1}, "SM4")) << "older than the second opt-out";
  EXPECT_EQ(opted_out(), (OptOut{.at = k_first, .by = "STOP"}));
  EXPECT_TRUE(*recipients().opt_in(number, {}, "SM5")) << "just now";
  EXPECT_FALSE(*recipients().opt_out(number, "STOP", k_second, "SM6")) << "older than the opting in";
  EXPECT_FALSE(opted_out());
  EXPECT_TRUE(*recipients().opt_out(number, "STOP", {}, "SM7"));
  EXPECT_EQ(opted_out()->by, "STOP");
}

TEST_P(RecipientStoreContract, OptingInUndoesIt) {
  const Recipient known = add_person();
  ASSERT_TRUE(recipients().opt_in(known.content.phone_number, k_later, {}));  // nothing to undo
  ASSERT_TRUE(recipients().opt_out(known.content.phone_number, k_stop.by, k_stop.at, {}));
  ASSERT_TRUE(recipients().opt_in(known.content.phone_number, k_later, {}));
  EXPECT_FALSE(recipients().get(known.id)->opted_out);
  ASSERT_TRUE(recipients().opt_out(known.content.phone_number, k_code.by, k_code.at, {}));
  EXPECT_EQ(recipients().get(known.id)->opted_out, k_code);
}

}  // namespace bizcomms::contract
