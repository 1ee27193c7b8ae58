#include "tidy/metrics.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "tidy/tree.hpp"

namespace bizcomms::tidy {
namespace {

// The text of the call whose arguments begin at `from`, up to its closing parenthesis.
std::string arguments_at(const std::string& text, std::size_t from) {
  int depth = 1;
  bool quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == '(') {
      ++depth;
    } else if (!quoted && text[i] == ')' && --depth == 0) {
      return text.substr(from, i - from);
    }
  }
  return {};
}

// What literals that stand together say.
std::string joined(const std::string& literals) {
  static const std::regex literal(R"re("((?:[^"\\]|\\.)*)")re");
  std::string text;
  for (auto match = std::sregex_iterator(literals.begin(), literals.end(), literal); match != std::sregex_iterator(); ++match) {
    text += (*match)[1];
  }
  return text;
}

void add_metrics_of(const std::string& path, const std::string& text, std::map<std::string, MadeMetric>& all) {
  static const std::regex made(R"re(\b(counter|gauge|histogram)\(\s*"(bizcomms_\w+)"\s*,\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re");
  static const std::regex label(R"re(\{"(\w+)",)re");
  for (auto match = std::sregex_iterator(text.begin(), text.end(), made); match != std::sregex_iterator(); ++match) {
    MadeMetric metric{.type = (*match)[1], .meaning = joined((*match)[3]), .labels = {}};
    const auto call = arguments_at(text, static_cast<std::size_t>(match->position(2)) - 1);
    for (auto name = std::sregex_iterator(call.begin(), call.end(), label); name != std::sregex_iterator(); ++name) {
      metric.labels.insert((*name)[1]);
    }
    const auto known = all.try_emplace((*match)[2], metric);
    EXPECT_EQ(known.first->second, metric) << path << " makes " << (*match)[2] << " in another way than elsewhere";
  }
}

}  // namespace

std::map<std::string, MadeMetric> made_metrics() {
  std::map<std::string, MadeMetric> all;
  for (const auto& file : tree()) {
    if (file.is_cpp() && file.is_under("src/")) { add_metrics_of(file.path, file.text(), all); }
  }
  return all;
}

std::string metrics_table() {
  std::string table = "| metric | type | labels | meaning |\n|---|---|---|---|\n";
  for (const auto& [name, metric] : made_metrics()) {
    std::string labels;
    for (const auto& label : metric.labels) { labels.append(labels.empty() ? "`" : ", `").append(label).append("`"); }
    table.append("| `").append(name).append("` | ").append(metric.type).append(" | ").append(labels).append(" | ");
    table.append(metric.meaning).append(" |\n");
  }
  return table;
}

}  // namespace bizcomms::tidy
