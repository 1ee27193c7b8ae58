#include "twilio/listing.hpp"

#include <algorithm>
#include <condition_variable>
#include <utility>

#include "bizcomms/json/reader.hpp"
#include "twilio/answer.hpp"

namespace bizcomms::twilio {
namespace {

constexpr std::size_t k_page_bytes_max = std::size_t{16} * 1024 * 1024;  // 1000 items with bodies of 1600 characters, escaped

ListedItem item_of(const json::Value& value) {
  const auto text = [&value](std::string_view name) { return value[name].as_string().value_or(""); };
  const std::string direction = text("direction");
  return {.sid = text("sid"),
          .to = text("to"),
          .from = text("from"),
          .body = text("body"),
          .status = text("status"),
          .outbound = direction == "outbound-api",
          .inbound = direction == "inbound",
          .created_at = parse_rfc2822(text("date_created"))};
}

bool may_be_tried_again(const Error& error) {
  // A GET has no effect, so an unknown outcome is as good as none.
  return error.code == ErrorCode::unavailable || error.code == ErrorCode::rate_limited || error.code == ErrorCode::outcome_unknown;
}

// What a caller may learn: that it cannot tell now, or that the settings are wrong.
Error for_caller(Error error) {
  if (error.code == ErrorCode::misconfigured || error.code == ErrorCode::not_found) { return error; }
  if (error.code == ErrorCode::invalid) {
    error.message += " Check --twilio-base-url.";
    error.code = ErrorCode::misconfigured;
  } else {
    error.code = ErrorCode::unavailable;
  }
  return error;
}

Error unreadable() { return Error{.code = ErrorCode::unavailable, .message = "Twilio's list could not be read."}; }

}  // namespace

// One GET and its tries.
struct TwilioReader::Try {
  std::string path{};
  int tries = 0;
  std::optional<Result<std::string>> result{};
  std::optional<Millis> asked_to_wait{};
};

struct TwilioReader::Walk {
  Listing listing{};
  std::string next{};  // path of the page to come; empty: the walk is over
  int pages = 0;
  std::vector<ListedItem> items{};
  std::optional<Error> error{};
};

TwilioReader::TwilioReader(const Settings& settings, const LookupSettings& lookup, http::Client& client, Metrics& metrics,
                           std::stop_token stop, std::uint64_t seed)
    : m_settings(settings), m_lookup(lookup), m_client(client), m_stop(std::move(stop)), m_meter(metrics, "read"), m_random(seed) {}

http::ClientRequest TwilioReader::request_for(const std::string& path, const Secret& token) const {
  http::ClientRequest request;
  request.url = m_settings.base_url + path;
  request.headers = {{"Accept", "application/json"}};
  request.username = m_settings.account_sid;
  request.password = token;
  request.connect_timeout = m_settings.connect_timeout;
  request.timeout = m_settings.request_timeout;
  request.body_bytes_max = k_page_bytes_max;
  return request;
}

void TwilioReader::judge(Try& one, Result<http::ClientResponse> answer, SteadyTime::duration took) {
  ++one.tries;
  if (answer && answer->status == 200) {
    m_meter.succeeded(took);
    one.result.emplace(std::move(answer->body));
    return;
  }
  const bool not_there = answer && answer->status == 404;
  Error error = answer ? error_of_answer(*answer) : std::move(answer).error();
  if (not_there && error.provider_code == 20404) { error.code = ErrorCode::not_found; }
  m_meter.failed(error.code, took);
  if (may_be_tried_again(error) && one.tries < m_lookup.tries) {
    one.asked_to_wait = std::max(one.asked_to_wait.value_or(Millis{0}), error.retry_after.value_or(Millis{0}));
  } else {
    one.result.emplace(for_caller(std::move(error)));
  }
}

// All of them at the same time.
void TwilioReader::fetch_round(std::vector<Try*>& tries) {
  struct Answers {
    std::mutex mutex;  // guards all below
    std::condition_variable all_here;
    std::vector<std::optional<Result<http::ClientResponse>>> answers;
    std::size_t missing = 0;
  };
  const auto shared = std::make_shared<Answers>();  // the last callback may still hold the mutex when the wait below ends
  shared->answers.resize(tries.size());
  shared->missing = tries.size();
  const SteadyTime started = m_clock.steady();
  const auto token = m_settings.auth_token.current();
  for (std::size_t i = 0; i < tries.size(); ++i) {
    m_client.send(request_for(tries[i]->path, *token), [shared, i](Result<http::ClientResponse> answer) {
      const std::lock_guard lock(shared->mutex);
      shared->answers[i].emplace(std::move(answer));
      if (--shared->missing == 0) { shared->all_here.notify_one(); }
    });
  }
  {
    std::unique_lock lock(shared->mutex);
    shared->all_here.wait(lock, [&] { return shared->missing == 0; });
  }
  const auto took = m_clock.steady() - started;
  for (std::size_t i = 0; i < tries.size(); ++i) {
    auto& answer = *shared->answers[i];
    if (answer && answer->status == k_unauthenticated) { m_settings.auth_token.refuse(token); }
    judge(*tries[i], std::move(answer), took);
  }
}

void TwilioReader::stop_all(std::vector<Try>& tries) {
  for (Try& one : tries) {
    if (!one.result) { one.result.emplace(Error{.code = ErrorCode::unavailable, .message = "The look-up at Twilio was stopped."}); }
  }
}

void TwilioReader::fetch_all(std::vector<Try>& tries) {
  for (;;) {
    std::vector<Try*> open;
    for (Try& one : tries) {
      if (!one.result && open.size() < static_cast<std::size_t>(m_lookup.in_flight_max)) { open.push_back(&one); }
    }
    if (open.empty()) { return; }
    if (m_stop.stop_requested()) { return stop_all(tries); }
    fetch_round(open);
    Millis wait{0};
    for (const Try* const one : open) {
      if (one->result) { continue; }
      const std::lock_guard lock(m_mutex);
      const Millis asked = std::min(one->asked_to_wait.value_or(Millis{0}), m_lookup.backoff.longest);
      wait = std::max({wait, asked, m_lookup.backoff.delay(one->tries, m_random)});
    }
    if (wait > Millis{0}) { sleep_for(m_stop, wait); }
  }
}

std::vector<Result<std::string>> TwilioReader::get(const std::vector<std::string>& paths) {
  std::vector<Try> tries(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) { tries[i].path = paths[i]; }
  fetch_all(tries);
  std::vector<Result<std::string>> bodies;
  bodies.reserve(tries.size());
  for (Try& one : tries) { bodies.push_back(*std::move(one.result)); }
  return bodies;
}

// Twilio gives the next page relative to its host. An absolute one is followed to our host only: the credentials go with it.
std::string TwilioReader::path_of(const std::string& next_page) const {
  if (next_page.starts_with(m_settings.base_url + "/")) { return next_page.substr(m_settings.base_url.size()); }
  return next_page.starts_with("/") && !next_page.starts_with("//") ? next_page : "";
}

void TwilioReader::take_page(Walk& walk, const std::string& body) const {
  const auto document = json::Document::parse(body, {.bytes = k_page_bytes_max});
  if (!document || !document->root()[walk.listing.array].is_array()) {
    walk.error = unreadable();
    return;
  }
  bool all_older = true;
  const auto elements = document->root()[walk.listing.array].elements();
  for (const json::Value& element : elements) {
    ListedItem item = item_of(element);
    all_older = all_older && item.created_at && *item.created_at < walk.listing.created_since;
    walk.items.push_back(std::move(item));
  }
  const std::string next = document->root()["next_page_uri"].as_string().value_or("");
  if (next.empty() || (all_older && !elements.empty())) { return; }
  walk.next = path_of(next);
  if (walk.next.empty()) { walk.error = unreadable(); }
}

std::vector<Result<std::vector<ListedItem>>> TwilioReader::walk(std::vector<Listing> listings) {
  std::vector<Walk> walks;
  for (Listing& listing : listings) {
    std::string first = listing.path;
    walks.push_back({.listing = std::move(listing), .next = std::move(first)});
  }
  for (;;) {
    std::vector<Walk*> open;
    std::vector<Try> tries;
    for (Walk& walk : walks) {
      if (walk.next.empty() || walk.error) { continue; }
      if (++walk.pages > m_lookup.pages_max) {
        walk.error = Error{.code = ErrorCode::unavailable, .message = "Twilio's list is too long to be read to its end."};
        continue;
      }
      open.push_back(&walk);
      tries.push_back({.path = std::exchange(walk.next, "")});
    }
    if (open.empty()) { break; }
    fetch_all(tries);
    for (std::size_t i = 0; i < open.size(); ++i) {
      const Result<std::string>& page = *tries[i].result;
      if (page) {
        take_page(*open[i], *page);
      } else {
        open[i]->error = page.error();
      }
    }
  }
  std::vector<Result<std::vector<ListedItem>>> results;
  for (Walk& walk : walks) {
    if (walk.error) {
      results.emplace_back(*std::move(walk.error));
    } else {
      results.emplace_back(std::move(walk.items));
    }
  }
  return results;
}

}  // namespace bizcomms::twilio
