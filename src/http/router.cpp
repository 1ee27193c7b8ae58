#include "http/router.hpp"

#include <algorithm>

#include "bizcomms/base/result.hpp"
#include "http/percent.hpp"

namespace bizcomms::http {
namespace {

constexpr std::size_t k_segments_max = 32;  // more than any route has

// "/a//b" → "a", "", "b". Nothing without the leading slash or beyond the limit.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  segments.reserve(8);
  while (path.starts_with('/') && segments.size() < k_segments_max) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  if (!path.empty()) { segments.clear(); }
  return segments;
}

std::string decoded(std::string_view segment) { return percent_decode(segment, Plus::plus).value_or(std::string(segment)); }

bool equal(std::string_view segment, const std::string& literal) {
  return segment == literal || (segment.find('%') != std::string_view::npos && decoded(segment) == literal);
}

}  // namespace

std::vector<Router::Segment> Router::segments_of(const std::string& pattern) {
  std::vector<Segment> segments;
  for (const auto text : split(pattern)) {
    const bool capture = text.starts_with('{') && text.ends_with('}');
    segments.push_back({capture, capture ? std::string() : std::string(text)});
  }
  return segments;
}

bool Router::goes_before(const Place& a, const Place& b) {
  const auto literal_first = [](const Segment& x, const Segment& y) { return !x.capture && y.capture; };
  return std::lexicographical_compare(a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(), literal_first);
}

void Router::add(const std::string& method, const std::string& pattern, std::size_t route) {
  auto segments = segments_of(pattern);
  check(!segments.empty(), "a route's pattern begins with a slash");
  auto place = std::find_if(m_places.begin(), m_places.end(), [&](const Place& known) { return known.segments == segments; });
  if (place == m_places.end()) {
    const Place fresh{std::move(segments), {}};
    place = m_places.insert(std::upper_bound(m_places.begin(), m_places.end(), fresh, goes_before), fresh);
  }
  const auto taken = [&](const auto& known) { return known.first == method; };
  check(std::none_of(place->methods.begin(), place->methods.end(), taken), "a route is given once");
  place->methods.emplace_back(method, route);
}

bool Router::matches(const Place& place, const std::vector<std::string_view>& segments) {
  if (place.segments.size() != segments.size()) { return false; }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& wanted = place.segments[i];
    if (wanted.capture ? segments[i].empty() : !equal(segments[i], wanted.literal)) { return false; }
  }
  return true;
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const auto segments = split(path);
  Match match;
  std::vector<std::string_view> allowed;
  for (const auto& place : m_places) {
    if (!matches(place, segments)) { continue; }
    for (const auto& [name, route] : place.methods) {
      const bool serves = name == method || (method == "HEAD" && name == "GET" && match.route == k_none);
      if (serves) { match.route = route; }
      allowed.push_back(name);
      if (name == "GET") { allowed.push_back("HEAD"); }
    }
    if (match.route == k_none) { continue; }
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (place.segments[i].capture) { match.captures.push_back(decoded(segments[i])); }
    }
    return match;
  }
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  for (const auto name : allowed) { match.allow += (match.allow.empty() ? "" : ", ") + std::string(name); }
  return match;
}

}  // namespace bizcomms::http
