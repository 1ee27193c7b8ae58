#include "bizcomms/base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

namespace bizcomms {
namespace {

class PrometheusCounter final : public Counter {
public:
  explicit PrometheusCounter(prometheus::Counter& counter) : m_counter(counter) {}
  void add(double amount) override { m_counter.Increment(amount); }
  [[nodiscard]] double value() const override { return m_counter.Value(); }

private:
  prometheus::Counter& m_counter;
};

class PrometheusGauge final : public Gauge {
public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : m_gauge(gauge) {}
  void set(double value) override { m_gauge.Set(value); }
  void add(double amount) override { m_gauge.Increment(amount); }
  [[nodiscard]] double value() const override { return m_gauge.Value(); }

private:
  prometheus::Gauge& m_gauge;
};

class PrometheusHistogram final : public Histogram {
public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : m_histogram(histogram) {}
  void observe(double value) override { m_histogram.Observe(value); }

private:
  prometheus::Histogram& m_histogram;
};

Sample sample_of(const std::string& name, const prometheus::ClientMetric& metric, prometheus::MetricType type) {
  Sample sample{.name = name};
  for (const auto& label : metric.label) { sample.labels.emplace(label.name, label.value); }
  if (type == prometheus::MetricType::Counter) {
    sample.value = metric.counter.value;
  } else if (type == prometheus::MetricType::Gauge) {
    sample.kind = Sample::Kind::gauge;
    sample.value = metric.gauge.value;
  } else {
    sample.kind = Sample::Kind::histogram;
    sample.value = metric.histogram.sample_sum;
    for (const auto& bucket : metric.histogram.bucket) { sample.buckets.push_back({bucket.upper_bound, bucket.cumulative_count}); }
  }
  return sample;
}

using Key = std::pair<std::string, Labels>;

// The wrapper under that key, made by `make` where there is none yet.
template <class Wrapper, class Make>
Wrapper& found_or_made(std::map<Key, std::unique_ptr<Wrapper>>& known, const std::string& name, const Labels& labels, const Make& make) {
  auto& slot = known[{name, labels}];
  if (!slot) { slot = make(); }
  return *slot;
}

}  // namespace

const std::vector<double> Metrics::k_seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

struct Metrics::Hidden {
  prometheus::Registry registry;
  std::mutex mutex;  // guards the three maps
  std::map<Key, std::unique_ptr<PrometheusCounter>> counters;
  std::map<Key, std::unique_ptr<PrometheusGauge>> gauges;
  std::map<Key, std::unique_ptr<PrometheusHistogram>> histograms;
};

Metrics::Metrics() : m_hidden(std::make_unique<Hidden>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::scoped_lock lock(m_hidden->mutex);
  return found_or_made(m_hidden->counters, name, labels, [&] {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(m_hidden->registry);
    return std::make_unique<PrometheusCounter>(family.Add(labels));
  });
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::scoped_lock lock(m_hidden->mutex);
  return found_or_made(m_hidden->gauges, name, labels, [&] {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(m_hidden->registry);
    return std::make_unique<PrometheusGauge>(family.Add(labels));
  });
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets, const Labels& labels) {
  const std::scoped_lock lock(m_hidden->mutex);
  return found_or_made(m_hidden->histograms, name, labels, [&] {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(m_hidden->registry);
    return std::make_unique<PrometheusHistogram>(family.Add(labels, prometheus::Histogram::BucketBoundaries(buckets)));
  });
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(m_hidden->registry.Collect()); }

std::vector<Sample> Metrics::samples() const {
  std::vector<Sample> samples;
  for (const auto& family : m_hidden->registry.Collect()) {
    for (const auto& metric : family.metric) { samples.push_back(sample_of(family.name, metric, family.type)); }
  }
  return samples;
}

}  // namespace bizcomms
