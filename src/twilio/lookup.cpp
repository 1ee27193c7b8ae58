#include "bizcomms/twilio/lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/twilio/errors.hpp"
#include "twilio/listing.hpp"
#include "twilio/words.hpp"

namespace bizcomms::twilio {
namespace {

using alert::Candidate;
using alert::Channel;
using alert::LookupQuestion;

using Candidates = Result<std::vector<Candidate>>;
using Items = Result<std::vector<ListedItem>>;

// Our start time and Twilio's creation time come from different clocks. Further back only what carries the same text counts: it is ours,
// from a time when our clock was wrong.
constexpr std::chrono::seconds k_clock_slack{60};
constexpr std::chrono::hours k_clock_error{2};
constexpr std::string_view k_trial_prefix = "Sent from your Twilio trial account - ";
constexpr int k_inbound_page_size = 1000;

// Numbers asked for once, whatever the number of questions about them.
struct Target {
  Channel channel = Channel::sms;
  std::string to{};
  auto operator<=>(const Target&) const = default;
};

bool has_body(const ListedItem& item, const alert::BodyHash& hash) {
  if (crypto::sha256(item.body) == hash) { return true; }
  const std::string_view body = item.body;
  return body.starts_with(k_trial_prefix) && crypto::sha256(body.substr(k_trial_prefix.size())) == hash;
}

std::optional<StatusMeaning> meaning_of(Channel channel, std::string_view status) {
  return channel == Channel::sms ? message_status(status) : call_status(status);
}

// The items of one number's lists that may be what the question asks for, each once.
std::vector<Candidate> candidates_of(const LookupQuestion& question, const std::vector<ListedItem>& items) {
  const Channel channel = question.id.channel;
  std::set<std::string> seen;
  std::vector<Candidate> found;
  for (const ListedItem& item : items) {
    if (!item.outbound || (!item.to.empty() && item.to != question.to)) { continue; }
    // Without a readable time it may be the one: only a candidate keeps us from sending again.
    const bool same_body = channel == Channel::voice || has_body(item, question.body_hash);
    const Millis reach = channel == Channel::sms && same_body ? Millis{k_clock_error} : Millis{k_clock_slack};
    if (item.created_at && *item.created_at < question.started_at - reach) { continue; }
    if (!(channel == Channel::sms ? is_message_sid(item.sid) : is_call_sid(item.sid)) || !seen.insert(item.sid).second) { continue; }
    found.push_back({.sid = item.sid,
                     .same_body = same_body,
                     .created_at = item.created_at.value_or(question.started_at),
                     .kind = meaning_of(channel, item.status).value_or(StatusMeaning{}).kind});
  }
  return found;
}

Result<alert::ProviderStatus> status_in(const alert::ProviderId& sid, const std::string& body, const ResendSettings& resend) {
  const auto document = json::Document::parse(body);
  if (!document) { return Error{.code = ErrorCode::unavailable, .message = "Twilio's answer could not be read."}; }
  const bool is_message = is_message_sid(sid);
  const auto status = document->root()["status"].as_string().value_or("");
  const auto meaning = meaning_of(is_message ? Channel::sms : Channel::voice, status);
  if (!meaning) { return Error{.code = ErrorCode::unavailable, .message = "Twilio's answer names no status that we know."}; }
  alert::ProviderStatus result{.rank = meaning->rank, .kind = meaning->kind};
  if (const auto code = document->root()["error_code"].as_int(); code && *code > 0 && *code <= 999'999) {
    result.error_code = static_cast<int>(*code);
    result.reason = sentence_of(*result.error_code);
  } else if (meaning->kind == alert::ReportKind::failed) {
    result.reason = is_message ? "The message was not delivered; Twilio gave no reason." : call_failure(status);
  }
  if (meaning->kind == alert::ReportKind::failed) {
    result.resending = is_message ? message_resending(result.error_code, resend) : call_resending(status, resend);
  }
  return result;
}

}  // namespace

struct TwilioLookup::Hidden {
  Hidden(Settings s, LookupSettings l, http::Client& client, Metrics& metrics, std::stop_token stop, std::uint64_t seed)
      : settings(std::move(s)), lookup(l), reader(settings, lookup, client, metrics, std::move(stop), seed) {
    account_path = "/2010-04-01/Accounts/" + settings.account_sid;
  }

  [[nodiscard]] std::vector<Listing> listings_of(const Target& target, Time earliest) const;
  [[nodiscard]] std::optional<Error> unanswerable(const LookupQuestion& question) const;
  [[nodiscard]] std::string path_of(const alert::ProviderId& sid) const {
    return account_path + (is_message_sid(sid) ? "/Messages/" : "/Calls/") + sid + ".json";
  }

  Settings settings;
  LookupSettings lookup;
  TwilioReader reader;
  std::string account_path;
};

// One by date and one without: a message not yet sent has no date to be found by.
std::vector<Listing> TwilioLookup::Hidden::listings_of(const Target& target, Time earliest) const {
  const bool is_sms = target.channel == Channel::sms;
  const std::string path = account_path + (is_sms ? "/Messages.json?" : "/Calls.json?");
  const http::Parameters plain = {{"To", target.to}, {"PageSize", std::to_string(lookup.page_size)}};
  http::Parameters dated = plain;
  dated.emplace_back(is_sms ? "DateSent>" : "StartTime>", to_date(earliest - std::chrono::hours{24}));
  const std::string array = is_sms ? "messages" : "calls";
  return {{.path = path + http::to_form(dated), .array = array, .created_since = earliest - k_clock_error},
          {.path = path + http::to_form(plain), .array = array, .created_since = earliest - k_clock_error}};
}

std::optional<Error> TwilioLookup::Hidden::unanswerable(const LookupQuestion& question) const {
  if (question.account != settings.account_sid) {
    return Error{.code = ErrorCode::misconfigured,
                 .message = fmt::format("It was sent with account {}, and this process has {}: that account must be asked.",
                                        question.account, settings.account_sid)};
  }
  if (question.to.empty()) { return Error{.code = ErrorCode::unavailable, .message = "The recipient's number has been erased."}; }
  return std::nullopt;
}

TwilioLookup::TwilioLookup(Settings settings, LookupSettings lookup, http::Client& client, Metrics& metrics, std::stop_token stop,
                           std::uint64_t seed)
    : m_hidden(std::make_unique<Hidden>(std::move(settings), lookup, client, metrics, std::move(stop), seed)) {}

TwilioLookup::~TwilioLookup() = default;

std::vector<Candidates> TwilioLookup::look_up(std::span<const LookupQuestion> questions) {
  std::map<Target, Time> earliest;
  for (const LookupQuestion& question : questions) {
    if (m_hidden->unanswerable(question)) { continue; }
    const auto [at, is_new] = earliest.try_emplace({question.id.channel, question.to}, question.started_at);
    if (!is_new) { at->second = std::min(at->second, question.started_at); }
  }
  std::vector<Listing> listings;
  for (const auto& [target, since] : earliest) {
    for (Listing& listing : m_hidden->listings_of(target, since)) { listings.push_back(std::move(listing)); }
  }
  const std::vector<Items> lists = m_hidden->reader.walk(std::move(listings));

  std::map<Target, Items> by_target;
  std::size_t next = 0;
  for (const auto& [target, since] : earliest) {
    const Items& dated = lists[next];
    const Items& undated = lists[next + 1];
    next += 2;
    Items& items = by_target.emplace(target, dated).first->second;
    if (!items) { continue; }
    if (!undated) {
      items = undated.error();
    } else {
      items->insert(items->end(), undated->begin(), undated->end());
    }
  }
  std::vector<Candidates> answers;
  for (const LookupQuestion& question : questions) {
    if (auto error = m_hidden->unanswerable(question)) {
      answers.emplace_back(*std::move(error));
      continue;
    }
    const Items& items = by_target.at({question.id.channel, question.to});
    answers.push_back(items ? Candidates(candidates_of(question, *items)) : Candidates(items.error()));
  }
  return answers;
}

std::vector<Result<alert::ProviderStatus>> TwilioLookup::statuses(std::span<const alert::ProviderId> sids) {
  std::vector<std::string> paths;
  for (const alert::ProviderId& sid : sids) {
    if (is_message_sid(sid) || is_call_sid(sid)) { paths.push_back(m_hidden->path_of(sid)); }
  }
  const auto bodies = m_hidden->reader.get(paths);
  std::vector<Result<alert::ProviderStatus>> answers;
  std::size_t next = 0;
  for (const alert::ProviderId& sid : sids) {
    if (!is_message_sid(sid) && !is_call_sid(sid)) {
      answers.emplace_back(Error{.code = ErrorCode::not_found, .message = "That is neither a message's nor a call's SID."});
      continue;
    }
    const auto& body = bodies[next++];
    answers.push_back(body ? status_in(sid, *body, m_hidden->settings.resend) : Result<alert::ProviderStatus>(body.error()));
  }
  return answers;
}

Result<std::vector<alert::OptWord>> TwilioLookup::opt_words_since(Time since) {
  const Settings& settings = m_hidden->settings;
  if (settings.uses_service()) {
    return Error{ErrorCode::misconfigured, "The numbers of a messaging service are not known, nor who has written to them."};
  }
  std::vector<Listing> listings;
  for (const std::string& number : settings.senders) {
    const http::Parameters filter = {{"PageSize", std::to_string(k_inbound_page_size)}, {"DateSent>", to_date(since)}, {"To", number}};
    listings.push_back(
        {.path = m_hidden->account_path + "/Messages.json?" + http::to_form(filter), .array = "messages", .created_since = since});
  }
  std::vector<alert::OptWord> found;
  for (const Items& items : m_hidden->reader.walk(std::move(listings))) {
    if (!items) { return items.error(); }
    for (const ListedItem& item : *items) {
      if (!item.inbound || !is_message_sid(item.sid) || item.from.empty() || !item.created_at || *item.created_at < since) { continue; }
      const auto word = effective_opt_out(item.body, item.to);
      if (!word || word->kind == OptOutKind::help) { continue; }
      found.push_back({item.sid, item.from, word->word, word->kind == OptOutKind::out, *item.created_at});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return found;
}

}  // namespace bizcomms::twilio
