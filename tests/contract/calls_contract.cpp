// Whose an unclaimed call may be: calls carry no text.
#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

const std::string k_tag = "callee";

}  // namespace

TEST_P(CallsContract, OfOneAlertAloneThereIsNoDoubt) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  begin(intent(call));
  EXPECT_FALSE(is_contested(call));
  EXPECT_TRUE(ledger().contested({})->empty());
}

TEST_P(CallsContract, AnotherOneMayBeItWhileItsEndIsOpen) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  const Intent other = intent(call_to(callee, k_tag));
  EXPECT_FALSE(is_contested(call)) << "the other was not begun";
  begin(other);
  EXPECT_TRUE(is_contested(call));
  record(ended(other, Outcome::Kind::unknown, 1h));
  EXPECT_TRUE(is_contested(call));
  record(sent(other, "CA1"));
  EXPECT_FALSE(is_contested(call));
}

TEST_P(CallsContract, AnotherOneOfWhichNothingWasTakenIsNot) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  const Intent refused = intent(call_to(callee, k_tag));
  begin(refused);
  record(ended(refused, Outcome::Kind::retry, 1h));
  EXPECT_FALSE(is_contested(call));
  const Intent failed = intent(call_to(callee, k_tag));
  begin(failed);
  record(ended(failed, Outcome::Kind::failed));  // with the provider's code
  EXPECT_FALSE(is_contested(call));
}

TEST_P(CallsContract, OneThatWasGivenUpMayStillBeIt) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  const Intent other = intent(call_to(callee, k_tag));
  begin(other);
  record({.id = other.id, .token = other.token, .kind = Outcome::Kind::failed, .reason = "Outcome unknown, not sent again."});
  EXPECT_TRUE(is_contested(call));
}

TEST_P(CallsContract, OneThatWasBegunTooEarlyIsNot) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  begin(intent(call_to(callee, k_tag)));
  pass(20ms);
  EXPECT_FALSE(is_contested(call, 10ms));
  EXPECT_TRUE(is_contested(call, 1h));
}

TEST_P(CallsContract, NeitherAreMessagesNorCallsToOthers) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  auto message = call_to(callee, k_tag, DeliveryMethod::both);
  message.channel = Channel::sms;
  begin(intent(message));
  begin(intent(call_to(add_callee("another"), "another")));
  EXPECT_FALSE(is_contested(call));
}

TEST_P(CallsContract, AfterATakeoverWhatTheCellBeforeWasToCallMayBeItToo) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  call_to(add_callee("another"), "another");
  call_to(callee, k_tag, DeliveryMethod::sms);
  take_over();
  begin(intent(call));
  EXPECT_FALSE(is_contested(call));
  const auto lost = call_to(callee, k_tag);  // of this cell
  EXPECT_FALSE(is_contested(call));
  take_over();
  EXPECT_TRUE(is_contested(call)) << "of the cell before, which may have begun it";
  ASSERT_TRUE(alerts().cancel(lost.alert));
  EXPECT_FALSE(is_contested(call));
}

TEST_P(CallsContract, AfterATakeoverARetryMayHaveBeenBegunAgain) {
  const auto callee = add_callee(k_tag);
  const auto call = call_to(callee, k_tag);
  const Intent other = intent(call_to(callee, k_tag));
  begin(other);
  record(ended(other, Outcome::Kind::retry, 1h));
  pass(2ms);
  take_over();
  begin(intent(call));
  EXPECT_TRUE(is_contested(call));
}

}  // namespace bizcomms::contract
