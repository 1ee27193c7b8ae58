#include <gtest/gtest.h>

#include "bizcomms/telemetry/otlp.hpp"

namespace bizcomms::telemetry {
namespace {

using Environment = std::map<std::string, std::string>;
using namespace std::chrono_literals;

OtlpSettings with(const Environment& environment, OtlpSettings settings = {}, Given given = {}) {
  return completed(std::move(settings), environment, given);
}

TEST(OtlpSettings, AreOffWithoutAnEndpoint) {
  EXPECT_FALSE(with({}).is_on());
  EXPECT_FALSE(with({{"OTEL_EXPORTER_OTLP_ENDPOINT", ""}}).is_on());
  EXPECT_TRUE(with({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"}}).is_on());
  EXPECT_TRUE(with({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://localhost:4318/v1/traces"}}).is_on());
}

TEST(OtlpSettings, TakeWhatTheStandardVariablesSay) {
  const auto read = with({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://base.test"},
                          {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces.test/x"},
                          {"OTEL_EXPORTER_OTLP_HEADERS", "a=b"},
                          {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "c=d"},
                          {"OTEL_EXPORTER_OTLP_TIMEOUT", "1500"},
                          {"OTEL_SERVICE_NAME", "alerts"},
                          {"OTEL_TRACES_SAMPLER_ARG", "0.25"}});
  EXPECT_EQ(read.endpoint, "http://base.test");
  EXPECT_EQ(read.traces_endpoint, "http://traces.test/x");
  EXPECT_EQ(read.headers.reveal(), "c=d");
  EXPECT_EQ(read.timeout, 1500ms);
  EXPECT_EQ(read.service_name, "alerts");
  EXPECT_EQ(read.ratio, 0.25);
}

TEST(OtlpSettings, OurOwnOptionsComeFirst) {
  OtlpSettings own;
  own.endpoint = "http://own.test";
  own.headers = Secret("own=1");
  own.ratio = 0.5;
  const auto read = with({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces.test/x"},
                          {"OTEL_EXPORTER_OTLP_HEADERS", "a=b"},
                          {"OTEL_EXPORTER_OTLP_TIMEOUT", "1500"},
                          {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                          {"OTEL_TRACES_SAMPLER_ARG", "0.25"}},
                         own, {.timeout = true, .ratio = true});
  EXPECT_EQ(read.endpoint, "http://own.test");
  EXPECT_EQ(read.traces_endpoint, "");
  EXPECT_EQ(read.headers.reveal(), "own=1");
  EXPECT_EQ(read.timeout, 10s);
  EXPECT_EQ(read.ratio, 0.5);
  EXPECT_TRUE(read.is_on());
}

TEST(OtlpSettings, WhatTheEnvironmentMeansForOthersIsNotTaken) {
  const std::pair<const char*, const char*> endpoint{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"};
  EXPECT_EQ(with({endpoint, {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}}).disabled_by, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc");
  EXPECT_FALSE(with({endpoint, {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}}).is_on());
  EXPECT_TRUE(with({endpoint, {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"}}).is_on());
  EXPECT_FALSE(with({endpoint, {"OTEL_TRACES_EXPORTER", "none"}}).is_on());
  EXPECT_FALSE(with({endpoint, {"OTEL_SDK_DISABLED", "true"}}).is_on());
}

using Names = std::vector<std::string>;
const std::pair<const char*, const char*> k_on{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"};

TEST(OtlpSettings, IgnoreAndTellWhatCannotBeRead) {
  for (const auto* text : {"half", "-1", "1.5", "nan", "endpoint=http://sampler.test"}) {
    const auto read = with({k_on, {"OTEL_TRACES_SAMPLER_ARG", text}});
    EXPECT_EQ(read.ignored, Names{"OTEL_TRACES_SAMPLER_ARG"}) << text;
    EXPECT_EQ(read.ratio, 1);
    EXPECT_TRUE(read.is_on());
  }
  const auto timeout = with({k_on, {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s"}});
  EXPECT_EQ(timeout.ignored, Names{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"});
  EXPECT_EQ(timeout.timeout, 10s);
  const auto headers = with({k_on, {"OTEL_EXPORTER_OTLP_HEADERS", "none"}});
  EXPECT_EQ(headers.ignored, Names{"OTEL_EXPORTER_OTLP_HEADERS"});
  EXPECT_TRUE(headers.headers.empty());
  EXPECT_TRUE(check(headers));
}

TEST(OtlpSettings, AnEndpointThatIsNoAddressTurnsNothingOn) {
  const auto only = with({{"OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317"}});
  EXPECT_FALSE(only.is_on());
  EXPECT_EQ(only.ignored, Names{"OTEL_EXPORTER_OTLP_ENDPOINT"});
  const auto other = with({k_on, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "localhost:4317"}});
  EXPECT_TRUE(check(other));
  EXPECT_EQ(other.ignored, Names{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"});
}

TEST(OtlpSettings, NothingElseIsReadWithoutAnEndpoint) {
  const Environment foreign{
      {"OTEL_TRACES_SAMPLER", "jaeger_remote"}, {"OTEL_TRACES_SAMPLER_ARG", "endpoint=http://x"}, {"OTEL_EXPORTER_OTLP_TIMEOUT", "10s"}};
  EXPECT_EQ(with(foreign).ignored, Names{});
  auto disabled = foreign;
  disabled.insert(k_on);
  disabled.emplace("OTEL_SDK_DISABLED", "true");
  EXPECT_EQ(with(disabled).ignored, Names{});
}

TEST(OtlpSettings, TheStandardSamplersAreHeeded) {
  const auto ratio = [](const char* sampler) {
    return with({k_on, {"OTEL_TRACES_SAMPLER", sampler}, {"OTEL_TRACES_SAMPLER_ARG", "0.25"}}).ratio;
  };
  for (const std::string prefix : {"", "parentbased_"}) {
    EXPECT_EQ(ratio((prefix + "always_on").c_str()), 1);
    EXPECT_EQ(ratio((prefix + "always_off").c_str()), 0);
    EXPECT_EQ(ratio((prefix + "traceidratio").c_str()), 0.25);
  }
  const auto other = with({k_on, {"OTEL_TRACES_SAMPLER", "jaeger_remote"}, {"OTEL_TRACES_SAMPLER_ARG", "endpoint=http://x"}});
  EXPECT_EQ(other.ignored, Names{"OTEL_TRACES_SAMPLER"});
  EXPECT_EQ(other.ratio, 1);
  EXPECT_EQ(with({k_on, {"OTEL_TRACES_SAMPLER", "always_off"}}, {}, {.ratio = true}).ratio, 1) << "our own option comes first";
}

TEST(OtlpSettings, AreCheckedWithoutShowingASecret) {
  OtlpSettings settings;
  settings.endpoint = "localhost:4318";
  EXPECT_FALSE(check(settings));
  settings.endpoint = "http://localhost:4318";
  EXPECT_TRUE(check(settings));
  for (const auto* headers : {"s3cret", "a=b,s3cret", "a b=s3cret", "a=s3cret%0d%0a", "a=s3cret%zz", "a=s3cret%4", "=s3cret"}) {
    settings.headers = Secret(headers);
    const auto checked = check(settings);
    ASSERT_FALSE(checked) << headers;
    EXPECT_EQ(checked.error().message.find("s3cret"), std::string::npos);
  }
}

}  // namespace
}  // namespace bizcomms::telemetry
