#include "json/nearest.hpp"

#include <algorithm>

namespace bizcomms::json {
namespace {

constexpr std::size_t k_longest = 64;  // longer names are nobody's typing error

std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') { continue; }
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

// Optimal string alignment distance.
std::size_t edits_between(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) { cost[i][0] = i; }
  for (std::size_t j = 0; j <= b.size(); ++j) { cost[0][j] = j; }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) { cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1); }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view unknown, const std::vector<std::string>& known) {
  if (unknown.empty() || unknown.size() > k_longest) { return std::nullopt; }
  const auto typed = folded(unknown);
  std::optional<std::string> best;
  std::size_t best_edits = 0;
  for (const auto& name : known) {
    const auto candidate = folded(name);
    const auto edits = edits_between(typed, candidate);
    const auto allowed = std::max<std::size_t>(1, std::max(typed.size(), candidate.size()) / 3);
    if (edits > allowed || (best && edits >= best_edits)) { continue; }
    best = name;
    best_edits = edits;
  }
  return best;
}

}  // namespace bizcomms::json
