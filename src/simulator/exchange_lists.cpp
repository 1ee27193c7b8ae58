// Twilio's lists of messages and calls.
#include <algorithm>

#include "simulator/exchange.hpp"

namespace bizcomms::simulator {
namespace {

// The entries a filter can match, as narrow as the index allows.
struct Candidates {
  std::vector<std::uint64_t> numbers = {};  // of one phone
  std::uint64_t first = 0;                  // or all from here
  std::size_t count = 0;
  bool all = true;
};

template <class Phones>
Candidates candidates(const Phones& phones, const ListQuery& query, std::uint64_t odd, std::uint64_t first, std::size_t count) {
  for (const auto& number : {query.to, query.from}) {
    std::uint64_t phone = 0;
    if (number.empty() || !parse_number(number, phone)) { continue; }
    const auto found = phones.find(phone);
    if (found == phones.end()) { continue; }
    Candidates out{.all = false};
    for (const auto item : found->second.kept()) {
      if (item % 2 == odd) { out.numbers.push_back(item / 2); }
    }
    out.count = out.numbers.size();
    return out;
  }
  return {.first = first, .count = count};
}

template <class T, class Matches>
std::string list(const Book<T>& book, const Candidates& from, const ListQuery& query, std::string_view name, std::string_view prefix,
                 const std::string& account_sid, Time now, const Matches& matches) {
  const auto number = [&from](std::size_t i) { return from.all ? from.first + i : from.numbers[i]; };
  const auto place = [&book](const std::optional<Sid>& sid) { return sid ? book.find(*sid) : std::nullopt; };
  const auto after = place(query.after);
  const bool lost = query.after && !after;  // it has left the book, and with it all that is older
  const Page page = cut_page(
      query, lost ? 0 : from.count, number, [&](std::uint64_t n) { return matches(book.at(n)); }, after, place(query.before));
  json::Writer writer;
  writer.begin_object().key(name).begin_array();
  for (const auto n : page.numbers) { write(writer, book.at(n), account_sid, now); }
  writer.end_array();
  const auto sid_of = [&](std::uint64_t n) { return book.at(n).sid.text(prefix); };
  write_paging(writer, query, page, page.numbers.empty() ? "" : sid_of(page.numbers.front()),
               page.numbers.empty() ? "" : sid_of(page.numbers.back()));
  writer.end_object();
  return writer.take();
}

}  // namespace

Json Exchange::list_messages(const ListQuery& query) const {
  const std::scoped_lock lock(m_mutex);
  const Time now = m_clock.now();
  const auto matches = [&](const Message& message) {
    if (message.deleted || message.automatic || now < message.listed) { return false; }
    if (!query.to.empty() && to_of(message) != query.to) { return false; }
    if (!query.from.empty() && from_of(message) != query.from) { return false; }
    return query.sent.open() || (now >= message.sent && query.sent.holds(message.sent));
  };
  const auto from = candidates(m_phones, query, 0, m_messages.first(), m_messages.size());
  return list(m_messages, from, query, "messages", "SM", m_settings.account_sid, now, matches);
}

Json Exchange::list_calls(const ListQuery& query) const {
  const std::scoped_lock lock(m_mutex);
  const Time now = m_clock.now();
  const auto matches = [&](const Call& call) {
    if (now < call.listed) { return false; }
    if (!query.to.empty() && number_text(call.phone) != query.to) { return false; }
    if (!query.from.empty() && call.ours != query.from) { return false; }
    auto status = status_at(call, now);
    if (status == CallStatus::initiated) { status = CallStatus::queued; }
    if (!query.status.empty() && to_string(status) != query.status) { return false; }
    if (!query.sent.open() && (now < call.initiated || !query.sent.holds(call.initiated))) { return false; }
    return query.ended.open() || (now >= call.ended && query.ended.holds(call.ended));
  };
  const auto from = candidates(m_phones, query, 1, m_calls.first(), m_calls.size());
  return list(m_calls, from, query, "calls", "CA", m_settings.account_sid, now, matches);
}

}  // namespace bizcomms::simulator
