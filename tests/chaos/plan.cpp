#include "chaos/plan.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace bizcomms::chaos {
namespace {

constexpr int k_groups = 4;
constexpr Millis k_gap_max{800};
constexpr Millis k_pause_max{300};

const char* variable(const char* name) {
  return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing in a test sets variables
}

template <class Number, class Parse>
void take(const char* name, Number& to, Parse parse) {
  if (const char* text = variable(name); text != nullptr && *text != '\0') { to = static_cast<Number>(parse(text)); }
}

Millis up_to(Millis longest, Random& random) {
  return Millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(longest.count())))};
}

std::string fault_of(const Person& person) {
  const char* what = person.fate == Fate::refused ? R"("refuse":21614)" : R"("error_code":30007)";
  return fmt::format(R"({{"to":"{}",{}}})", person.phone, what);
}

}  // namespace

Size Size::from_environment() const {
  Size size = *this;
  const auto whole = [](const char* text) { return std::strtoull(text, nullptr, 10); };
  take("BIZCOMMS_CHAOS_SEED", size.seed, whole);
  take("BIZCOMMS_CHAOS_WORKERS", size.workers, whole);
  take("BIZCOMMS_CHAOS_PEOPLE", size.people, whole);
  take("BIZCOMMS_CHAOS_DELIVERIES", size.deliveries, whole);
  take("BIZCOMMS_CHAOS_KILLS", size.kills, whole);
  take("BIZCOMMS_CHAOS_FACTOR", size.factor, [](const char* text) { return std::strtod(text, nullptr); });
  if (const char* folder = variable("BIZCOMMS_CHAOS_LOGS"); folder != nullptr) { size.log_folder = folder; }
  return size;
}

Plan::Plan(const Size& size) : m_size(size), m_strikes(size.seed * 2), m_posts(size.seed * 2 + 1) { choose_people(); }

// One in fifty is refused by Twilio, one in fifty is filtered by the carrier; one in eight reads HackerNews.
void Plan::choose_people() {
  for (int n = 0; n < m_size.people; ++n) {
    Person person{.phone = test::number(n), .tags = {"all", fmt::format("group{}", n % k_groups)}};
    if (n % 8 == 0) { person.tags.emplace_back(k_story_tag); }
    if (n % 50 == 8) { person.fate = Fate::refused; }
    if (n % 50 == 16) { person.fate = Fate::undeliverable; }
    m_people.push_back(std::move(person));
  }
}

// A fifth of all requests, and a quarter of all callbacks in each way. Few lists hang, for they are read in turn.
std::string Plan::faults(const test::Times& times) const {
  std::string people;
  for (const Person& person : m_people) {
    if (person.fate != Fate::takes) { people += (people.empty() ? "" : ",") + fault_of(person); }
  }
  return R"({"throttle":0.025,"error_before":0.025,"error_after":0.025,"hang_before":0.025,"hang_after":0.025,"reset_before":0.025,)"
         R"("reset_after":0.025,"garbled_after":0.025,"read_throttle":0.06,"read_error":0.06,"read_hang":0.02,"read_reset":0.06,)"
         R"("latency_min_ms":200,"latency_max_ms":500,"callback_loss":0.25,"callback_duplication":0.25,"callback_reordering":0.25,)" +
         times.lags() + R"(,"recipients":[)" + people + "]}";
}

// Mostly one; now and then all workers, or everybody. Half of the single ones are workers, and one of twenty of those is frozen.
Strike Plan::next_strike() {
  Strike strike{.members = {}, .gap = up_to(k_gap_max, m_strikes), .pause = up_to(k_pause_max, m_strikes)};
  const auto workers = static_cast<std::uint64_t>(m_size.workers);
  const double kind = m_strikes.unit();
  const auto number = static_cast<std::size_t>(m_strikes.below(workers));
  strike.freezes = m_strikes.chance(0.05) && kind < 0.45;
  if (kind < 0.45) { strike.members.push_back({Role::work, number}); }
  if (kind >= 0.45 && kind < 0.70) { strike.members.push_back({Role::serve, 0}); }
  if (kind >= 0.70 && kind < 0.88) { strike.members.push_back({Role::poll, 0}); }
  if (kind >= 0.88) {
    for (std::size_t i = 0; i < workers; ++i) { strike.members.push_back({Role::work, i}); }
  }
  if (kind >= 0.95) {
    strike.members.push_back({Role::serve, 0});
    strike.members.push_back({Role::poll, 0});
  }
  return strike;
}

// One in ten has the same text, for the same people, as one before it.
Post Plan::next_post() {
  const auto number = m_posted.size() + 1;
  const bool equal = m_posts.chance(0.1) && !m_posted.empty();
  const auto group = m_posts.below(k_groups);
  const bool to_all = m_posts.chance(0.25);
  const bool urgent = m_posts.chance(0.2);
  if (equal) {
    m_posted.push_back(m_posted.back());
    return m_posted.back();
  }
  Post post;
  post.wanted.tag = to_all ? "all" : fmt::format("group{}", group);
  post.wanted.text = fmt::format("Chaos {0}\nAlert {0} of the campaign.", number);
  post.body = fmt::format(
      R"({{"title":"Chaos {0}","message":"Alert {0} of the campaign.","priority":"{1}","recipient_filters":{{"tags":["{2}"]}}}})", number,
      urgent ? "critical" : "normal", post.wanted.tag);
  m_posted.push_back(post);
  return post;
}

}  // namespace bizcomms::chaos
