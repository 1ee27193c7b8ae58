#include "simulator/lists.hpp"

#include <charconv>

namespace bizcomms::simulator {
namespace {

constexpr std::int64_t k_page_size_max = 1000;
constexpr std::string_view k_token_text = "PageToken";

bool read_number(const http::Parameters& query, std::string_view name, std::int64_t min, std::int64_t max, std::int64_t& to) {
  const auto text = http::find(query, name);
  if (!text) { return true; }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < min) { return false; }
  to = std::min(value, max);
  return true;
}

struct Instant {
  Time from{};
  Time until{};  // of what was named: a day, or a millisecond
};

// "2026-01-15", "2026-01-15 12:00:00.000", "2026-01-15T12:00:00Z"
std::optional<Instant> read_instant(std::string_view text) {
  if (text.size() == 10) {
    const auto day = parse_rfc3339(std::string(text) + "T00:00:00Z");
    if (!day) { return std::nullopt; }
    return Instant{*day, *day + std::chrono::hours{24}};
  }
  std::string full(text);
  if (full.size() > 10 && full[10] == ' ') { full[10] = 'T'; }
  if (full.find_first_of("Zz+", 11) == std::string::npos && full.find('-', 11) == std::string::npos) { full += 'Z'; }
  const auto time = parse_rfc3339(full);
  if (!time) { return std::nullopt; }
  return Instant{*time, *time + Millis{1}};
}

// Name, Name<, Name>: the operator is part of the name, and both include what they name.
bool read_between(const http::Parameters& query, const std::string& name, Between& to) {
  for (const auto& [key, value] : query) {
    if (!key.starts_with(name)) { continue; }
    const auto rest = std::string_view(key).substr(name.size());
    if (!rest.empty() && rest != "<" && rest != ">") { continue; }
    const auto instant = read_instant(value);
    if (!instant) { return false; }
    if (rest != "<") { to.from = instant->from; }
    if (rest != ">") { to.until = instant->until; }
  }
  return true;
}

bool read_token(const http::Parameters& query, bool calls, ListQuery& to) {
  const auto token = http::find(query, k_token_text);
  if (!token) { return true; }
  const std::string kind = calls ? "CA" : "SM";
  Sid sid;
  if (Sid::parse(*token, "PA" + kind, sid)) {
    to.after = sid;
    return true;
  }
  if (Sid::parse(*token, "PB" + kind, sid)) {
    to.before = sid;
    return true;
  }
  return false;
}

bool is_paging(std::string_view name) { return name == "Page" || name == "PageSize" || name == k_token_text; }

}  // namespace

std::variant<ListQuery, Refusal> read_list_query(const http::Request& request, bool calls) {
  ListQuery query;
  query.path = request.path;
  for (const auto& parameter : request.query) {
    if (!is_paging(parameter.first)) { query.filters.push_back(parameter); }
  }
  query.to = std::string(http::find(request.query, "To").value_or(""));
  query.from = std::string(http::find(request.query, "From").value_or(""));
  query.status = std::string(http::find(request.query, "Status").value_or(""));
  if (!read_number(request.query, "Page", 0, 1'000'000'000, query.page)) { return Refusal{20001, "Page must be a whole number from 0"}; }
  if (!read_number(request.query, "PageSize", 1, k_page_size_max, query.page_size)) {
    return Refusal{20001, "PageSize must be a whole number from 1 to 1000"};
  }
  const std::string when = calls ? "StartTime" : "DateSent";
  if (!read_between(request.query, when, query.sent) || !read_between(request.query, "EndTime", query.ended)) {
    return Refusal{20001, when + " must be a GMT date such as 2026-01-15"};
  }
  if (!read_token(request.query, calls, query)) { return Refusal{20001, "PageToken is not one that this list gave"}; }
  return query;
}

Page cut_page(const ListQuery& query, std::size_t count, const std::function<std::uint64_t(std::size_t)>& number,
              const std::function<bool(std::uint64_t)>& matches, std::optional<std::uint64_t> after, std::optional<std::uint64_t> before) {
  const auto size = static_cast<std::size_t>(query.page_size);
  Page page;
  if (before) {  // upwards from there
    for (std::size_t i = 0; i < count; ++i) {
      if (number(i) <= *before || !matches(number(i))) { continue; }
      page.has_newer = page.numbers.size() == size;
      if (page.has_newer) { break; }
      page.numbers.push_back(number(i));
    }
    std::reverse(page.numbers.begin(), page.numbers.end());
    page.has_older = true;
    return page;
  }
  std::size_t skip = after ? 0 : static_cast<std::size_t>(query.page) * size;
  page.has_newer = after.has_value() || skip > 0;
  for (std::size_t i = count; i > 0; --i) {
    const auto candidate = number(i - 1);
    if ((after && candidate >= *after) || !matches(candidate)) { continue; }
    if (skip > 0) {
      --skip;
      continue;
    }
    page.has_older = page.numbers.size() == size;
    if (page.has_older) { break; }
    page.numbers.push_back(candidate);
  }
  return page;
}

void write_paging(json::Writer& writer, const ListQuery& query, const Page& page, const std::string& first_sid,
                  const std::string& last_sid) {
  const auto uri = [&query](std::int64_t number, const std::string& token) {
    http::Parameters parameters = query.filters;
    parameters.emplace_back("PageSize", std::to_string(query.page_size));
    parameters.emplace_back("Page", std::to_string(number));
    if (!token.empty()) { parameters.emplace_back(k_token_text, token); }
    return query.path + "?" + http::to_form(parameters);
  };
  const auto start = query.page * query.page_size;
  writer.field("page", query.page).field("page_size", query.page_size).field("start", start);
  writer.field("end", start + std::max<std::int64_t>(0, static_cast<std::int64_t>(page.numbers.size()) - 1));
  writer.field("uri", uri(query.page, "")).field("first_page_uri", uri(0, ""));
  writer.key("next_page_uri");
  page.has_older && !last_sid.empty() ? writer.value(uri(query.page + 1, "PA" + last_sid)) : writer.null();
  writer.key("previous_page_uri");
  page.has_newer&& query.page > 0 && !first_sid.empty() ? writer.value(uri(query.page - 1, "PB" + first_sid)) : writer.null();
}

}  // namespace bizcomms::simulator
