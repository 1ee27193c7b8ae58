// Finds the route of a request by comparing path segments. A literal segment goes before a {…}. Read-only once filled.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bizcomms::http {

class Router {
public:
  static constexpr std::size_t k_none = static_cast<std::size_t>(-1);

  struct Match {
    std::size_t route = k_none;         // the number given to add()
    std::vector<std::string> captures;  // decoded
    std::string allow;                  // when only the method is wrong: what the path takes, "GET, HEAD, PUT"
  };

  // Patterns as in Route. Each method of a pattern once; a programmer's mistake ends the process.
  void add(const std::string& method, const std::string& pattern, std::size_t route);
  // `path` as sent, without query, its escapes known to be sound. GET routes answer HEAD too.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

private:
  struct Segment {
    bool capture = false;
    std::string literal;
    bool operator==(const Segment&) const = default;
  };
  struct Place {
    std::vector<Segment> segments;
    std::vector<std::pair<std::string, std::size_t>> methods;
  };

  static std::vector<Segment> segments_of(const std::string& pattern);
  static bool goes_before(const Place& a, const Place& b);
  static bool matches(const Place& place, const std::vector<std::string_view>& segments);

  std::vector<Place> m_places;  // in the order in which they are tried
};

}  // namespace bizcomms::http
