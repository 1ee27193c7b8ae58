// The sentences of calls that failed.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/ending.hpp"
#include "aws/request.hpp"

namespace bizcomms::aws {
namespace {

using enum Meaning;

ErrorCode error_code_of(const Call& call, Meaning meaning) {
  switch (meaning) {
    case done:
    case refused:
      return ErrorCode::internal;
    case trouble:
    case lost:
      return call.repeatable ? ErrorCode::unavailable : ErrorCode::outcome_unknown;
    case busy:
    case unreachable:
      return ErrorCode::unavailable;
    default:
      return ErrorCode::misconfigured;
  }
}

struct ActionRow {
  std::string_view operation;
  std::string_view action;
};

// IAM knows no action for these operations, but one for what they do to each entry. Source: Service Authorization Reference.
constexpr std::array k_actions = {
    ActionRow{"ChangeMessageVisibilityBatch", "sqs:ChangeMessageVisibility"},
    ActionRow{"DeleteMessageBatch", "sqs:DeleteMessage"},
    ActionRow{"PublishBatch", "sns:Publish"},
    ActionRow{"SendMessageBatch", "sqs:SendMessage"},
    ActionRow{"TransactWriteItems", "dynamodb:PutItem"},  // and DeleteItem, UpdateItem, ConditionCheckItem: what its parts do
};

std::string action_of(const Call& call) {
  const auto* const row =
      std::find_if(k_actions.begin(), k_actions.end(), [&](const auto& each) { return each.operation == call.operation; });
  return row != k_actions.end() ? std::string(row->action) : fmt::format("{}:{}", facts_of(call.service).id, call.operation);
}

std::string not_an_answer(const ServiceFacts& facts, const Ending& ending) {
  if (ending.status == 0) { return fmt::format("{} Check {}.", ending.message, facts.endpoint_variable); }
  return fmt::format("{} answered {} without an error code of AWS's. Check {} and any proxy on the way.", facts.name, ending.status,
                     facts.endpoint_variable);
}

std::string sentence_of(const Call& call, const Ending& ending) {
  const ServiceFacts& facts = facts_of(call.service);
  switch (ending.meaning) {
    case done:
    case refused:
      return fmt::format("{} refused {}.", facts.name, call.operation);
    case busy:
      return fmt::format("{} asks for fewer requests than it gets.", facts.name);
    case trouble:
      return fmt::format("{} is out of order: it answered {}.", facts.name, ending.status);
    case unreachable:
      return fmt::format("{} could not be asked. {}", facts.name, ending.message);
    case lost:
      return fmt::format("{} gave no whole answer. {}", facts.name, ending.message);
    case clock_off:
      return fmt::format("{} finds the date of our requests wrong. Check this machine's clock.", facts.name);
    case key_refused:
      return fmt::format("{} does not take our access key: it is unknown or has expired. Check AWS_ACCESS_KEY_ID, or the role.",
                         facts.name);
    case denied:
      return fmt::format("{} denies us {} on {}. Allow our user or role {}.", facts.name, call.operation, subject_of(call),
                         action_of(call));
    case absent:
      return fmt::format("{} does not have {}. Check its name, the region and the account.", facts.name, subject_of(call));
    case encryption:
      return fmt::format("{} cannot use the encryption key of {}. Allow our user or role that key.", facts.name, subject_of(call));
    case signature:
      return fmt::format("{} does not take our signature. Check AWS_SECRET_ACCESS_KEY and AWS_REGION.", facts.name);
    case insecure:
      return fmt::format("{} takes no request without TLS. Check {}.", facts.name, facts.endpoint_variable);
    case foreign:
      break;
  }
  return not_an_answer(facts, ending);
}

// Messages about signatures may hold the whole request, its session token included.
std::string cause_of(const Call& call, const Ending& ending) {
  if (ending.status == 0) { return fmt::format("{}: {}", call.operation, ending.message); }
  const bool may_tell = ending.meaning != signature && ending.meaning != clock_off && ending.meaning != key_refused;
  return fmt::format("{}: {} {} {} (request {})", call.operation, ending.status, ending.code, may_tell ? ending.message : "",
                     ending.request_id.empty() ? "unnamed" : ending.request_id);
}

}  // namespace

Error error_of(const Call& call, const Ending& ending) {
  Error error{.code = error_code_of(call, ending.meaning), .message = sentence_of(call, ending), .cause = cause_of(call, ending)};
  if (error.code == ErrorCode::outcome_unknown) { error.message += fmt::format(" Whether {} was done is not known.", call.operation); }
  return error;
}

}  // namespace bizcomms::aws
