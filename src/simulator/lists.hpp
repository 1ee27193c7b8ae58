// Twilio's lists: filters and paging. Source: Twilio docs "Messages resource", "Call resource" (read multiple resources).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bizcomms/base/time.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/json/writer.hpp"
#include "simulator/draw.hpp"
#include "simulator/twilio_error.hpp"

namespace bizcomms::simulator {

// A time filter, as [from, until).
struct Between {
  std::optional<Time> from;
  std::optional<Time> until;
  [[nodiscard]] bool open() const { return !from && !until; }
  [[nodiscard]] bool holds(Time time) const { return (!from || time >= *from) && (!until || time < *until); }
};

struct ListQuery {
  std::string path;          // without query
  http::Parameters filters;  // as they were given, to be repeated in the page URLs
  std::string to;
  std::string from;
  std::string status;  // calls
  Between sent;        // messages: DateSent; calls: StartTime
  Between ended;       // calls: EndTime
  std::int64_t page = 0;
  std::int64_t page_size = 50;
  std::optional<Sid> after;   // "PA" + SID: older than this one
  std::optional<Sid> before;  // "PB" + SID: newer than this one
};

[[nodiscard]] std::variant<ListQuery, Refusal> read_list_query(const http::Request& request, bool calls);

// One page: numbers of entries, newest first, and whether there is something on either side.
struct Page {
  std::vector<std::uint64_t> numbers;
  bool has_older = false;
  bool has_newer = false;
};

// The candidates are `count` numbers in rising order, number(i) the i-th; those older than `after` / newer than `before` where given.
[[nodiscard]] Page cut_page(const ListQuery& query, std::size_t count, const std::function<std::uint64_t(std::size_t)>& number,
                            const std::function<bool(std::uint64_t)>& matches, std::optional<std::uint64_t> after,
                            std::optional<std::uint64_t> before);

// The envelope behind the entries: page, page_size, start, end, uri, first_page_uri, next_page_uri, previous_page_uri.
void write_paging(json::Writer& writer, const ListQuery& query, const Page& page, const std::string& first_sid,
                  const std::string& last_sid);

}  // namespace bizcomms::simulator
