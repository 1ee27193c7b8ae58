#include "drill/timeline.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "bizcomms/json/writer.hpp"

namespace bizcomms::drill {

double Timeline::say(const std::string& what) {
  const double now = seconds();
  fmt::print("{:>7.1f} s  {}\n", now, what);
  std::fflush(stdout);
  m_events.emplace_back(now, what);
  return now;
}

void Timeline::figure(const std::string& key, const std::string& sentence, std::int64_t value) {
  m_figures.push_back({key, sentence, std::to_string(value)});
}

void Timeline::figure_seconds(const std::string& key, const std::string& sentence, double seconds) {
  m_figures.push_back({key, sentence, fmt::format("{:.1f}", seconds)});
}

void Timeline::note(const std::string& key, const std::string& sentence, const std::string& value) {
  m_figures.push_back({key, sentence, value, true});
}

std::string Timeline::table() const {
  std::string text;
  for (const auto& figure : m_figures) { text += fmt::format("| {:<72} | {:>16} |\n", figure.sentence, figure.shown); }
  return text;
}

std::string Timeline::json() const {
  json::Writer writer;
  writer.begin_object().key("figures").begin_object();
  for (const auto& figure : m_figures) {
    writer.key(figure.key);
    figure.is_text ? writer.value(figure.shown) : writer.raw(figure.shown);
  }
  writer.end_object().key("timeline").begin_array();
  for (const auto& [seconds, what] : m_events) {
    writer.begin_object().key("seconds").raw(fmt::format("{:.2f}", seconds)).field("event", what).end_object();
  }
  writer.end_array().end_object();
  return writer.take();
}

}  // namespace bizcomms::drill
