#include "bizcomms/telemetry/emf.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "bizcomms/json/writer.hpp"

namespace bizcomms::telemetry {
namespace {

constexpr std::size_t k_metrics_max = 100;           // of a document
constexpr std::size_t k_dimension_value_max = 1024;  // characters

struct Figure {
  std::string name;
  std::string_view unit;
  double value = 0;
};

std::string_view unit_of(std::string_view name) {
  if (name.ends_with("_seconds")) { return "Seconds"; }
  if (name.ends_with("_bytes")) { return "Bytes"; }
  return name.ends_with("_total") ? "Count" : "None";
}

std::uint64_t count_of(const std::vector<Sample::Bucket>& buckets) { return buckets.empty() ? 0 : buckets.back().count; }

std::vector<Sample::Bucket> added(const Sample& now, const Sample* before) {
  auto buckets = now.buckets;
  for (std::size_t i = 0; before != nullptr && i < std::min(buckets.size(), before->buckets.size()); ++i) {
    buckets[i].count -= std::min(buckets[i].count, before->buckets[i].count);
  }
  return buckets;
}

// Evenly spread within its bucket; of the last one, which has no end, the beginning. As Prometheus' histogram_quantile().
double quantile(const std::vector<Sample::Bucket>& buckets, double part) {
  const double rank = part * static_cast<double>(count_of(buckets));
  double lower = 0;
  double below = 0;
  for (const auto& bucket : buckets) {
    const auto count = static_cast<double>(bucket.count);
    if (count >= rank && count > below) {
      return std::isinf(bucket.upper) ? lower : lower + (bucket.upper - lower) * (rank - below) / (count - below);
    }
    lower = bucket.upper;
    below = count;
  }
  return lower;
}

void add_histogram(const Sample& now, const Sample* before, std::vector<Figure>& figures) {
  const auto buckets = added(now, before);
  if (count_of(buckets) == 0) { return; }
  const auto unit = unit_of(now.name);
  figures.push_back({now.name + "_count", "Count", static_cast<double>(count_of(buckets))});
  figures.push_back({now.name + "_sum", unit, now.value - (before != nullptr ? before->value : 0)});
  constexpr std::array<std::pair<const char*, double>, 3> k_percentiles{{{"_p50", 0.5}, {"_p90", 0.9}, {"_p99", 0.99}}};
  for (const auto& [ending, part] : k_percentiles) { figures.push_back({now.name + ending, unit, quantile(buckets, part)}); }
}

void add_figures(const Sample& now, const Sample* before, std::vector<Figure>& figures) {
  if (now.name.ends_with("_info") || !std::isfinite(now.value)) { return; }
  if (now.kind == Sample::Kind::histogram) { return add_histogram(now, before, figures); }
  if (now.kind == Sample::Kind::gauge) { return figures.push_back({now.name, unit_of(now.name), now.value}); }
  if (now.value != 0) { figures.push_back({now.name, unit_of(now.name), now.value - (before != nullptr ? before->value : 0)}); }
}

// CloudWatch refuses an empty value.
std::string dimension_value(const std::string& label) { return label.empty() ? "none" : label.substr(0, k_dimension_value_max); }

std::string document(const std::string& name_space, const Labels& dimensions, std::span<const Figure> figures, Time now) {
  json::Writer writer;
  writer.begin_object().key("_aws").begin_object();
  writer.field("Timestamp", std::int64_t{now.time_since_epoch().count()}).key("CloudWatchMetrics").begin_array().begin_object();
  writer.field("Namespace", name_space).key("Dimensions").begin_array().begin_array();
  for (const auto& [name, value] : dimensions) { writer.value(name); }
  writer.end_array().end_array().key("Metrics").begin_array();
  for (const Figure& figure : figures) { writer.begin_object().field("Name", figure.name).field("Unit", figure.unit).end_object(); }
  writer.end_array().end_object().end_array().end_object();
  for (const auto& [name, value] : dimensions) { writer.field(name, dimension_value(value)); }
  for (const Figure& figure : figures) { writer.field(figure.name, figure.value); }
  writer.end_object();
  return writer.take();
}

}  // namespace

std::vector<std::string> EmfDocuments::next(const std::vector<Sample>& samples, Time now) {
  std::map<Labels, std::vector<Figure>> by_labels;
  for (const Sample& sample : samples) {
    const auto key = std::pair(sample.name, sample.labels);
    const auto before = m_before.find(key);
    add_figures(sample, before != m_before.end() ? &before->second : nullptr, by_labels[sample.labels]);
    m_before.insert_or_assign(key, sample);
  }
  std::vector<std::string> documents;
  for (const auto& [labels, figures] : by_labels) {
    auto dimensions = labels;
    for (const auto& label : m_of_all) { dimensions.insert(label); }
    for (std::size_t at = 0; at < figures.size(); at += k_metrics_max) {
      const auto some = std::span(figures).subspan(at, std::min(k_metrics_max, figures.size() - at));
      documents.push_back(document(m_name_space, dimensions, some, now));
    }
  }
  return documents;
}

EmfWriter::EmfWriter(EmfSettings settings, Labels of_all, const Metrics& metrics, const Clock& clock,
                     std::function<void(std::string_view line)> write)
    : m_settings(std::move(settings)),
      m_documents(m_settings.name_space, std::move(of_all)),
      m_metrics(metrics),
      m_clock(clock),
      m_write(std::move(write)),
      m_thread([this](const std::stop_token& stop) {
        while (sleep_for(stop, m_settings.interval)) { write_once(); }
        write_once();
      }) {}

EmfWriter::~EmfWriter() {
  m_thread.request_stop();
  m_thread.join();
}

void EmfWriter::write_once() {
  for (const auto& document : m_documents.next(m_metrics.samples(), m_clock.now())) { m_write(document + "\n"); }
}

}  // namespace bizcomms::telemetry
