// Counters, gauges and histograms in Prometheus' form. Thread-safe. Names follow Prometheus' rules: bizcomms_<what>_<unit>,
// _total for counters, seconds for times.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bizcomms {

using Labels = std::map<std::string, std::string>;

class Counter {
public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
  [[nodiscard]] virtual double value() const = 0;
};

class Gauge {
public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double amount) = 0;
  [[nodiscard]] virtual double value() const = 0;
};

class Histogram {
public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

// What one metric says at a moment.
struct Sample {
  enum class Kind : std::uint8_t { counter, gauge, histogram };
  struct Bucket {
    double upper = 0;         // the last one: infinity
    std::uint64_t count = 0;  // of all values up to it
  };
  std::string name{};
  Kind kind = Kind::counter;
  Labels labels{};
  double value = 0;               // of a histogram: the sum of its values
  std::vector<Bucket> buckets{};  // of a histogram
};

// Owns every metric it hands out; the same name and labels give the same metric again. References live as long as the registry.
class Metrics {
public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  [[nodiscard]] Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // Buckets in the metric's unit; for seconds: k_seconds.
  [[nodiscard]] Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                                     const Labels& labels = {});
  [[nodiscard]] std::string text() const;  // what /metrics answers
  [[nodiscard]] std::vector<Sample> samples() const;

  static const std::vector<double> k_seconds;  // 0.5 ms … 30 s

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms
