#include "bizcomms/aws/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "aws/service.hpp"
#include "aws/url.hpp"

namespace bizcomms::aws {
namespace {

std::string variable(const std::map<std::string, std::string>& environment, std::string_view name) {
  const auto found = environment.find(std::string(name));
  return found == environment.end() ? "" : found->second;
}

// It becomes part of a host's name.
bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Error endpoint_fault(std::string message) { return Error{.code = ErrorCode::misconfigured, .message = std::move(message)}; }

}  // namespace

Settings completed(Settings settings, const std::map<std::string, std::string>& environment) {
  if (settings.region.empty()) { settings.region = variable(environment, "AWS_REGION"); }
  if (settings.region.empty()) { settings.region = variable(environment, "AWS_DEFAULT_REGION"); }
  if (lower_case(variable(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) == "true") { return settings; }
  const std::string for_all = variable(environment, "AWS_ENDPOINT_URL");
  for (const ServiceFacts& facts : all_services()) {
    std::string& endpoint = settings.endpoints[facts.service];
    if (endpoint.empty()) { endpoint = variable(environment, facts.endpoint_variable); }
    if (endpoint.empty()) { endpoint = for_all; }
    if (endpoint.empty()) { settings.endpoints.erase(facts.service); }
  }
  return settings;
}

Result<std::string> endpoint_of(const Settings& settings, Service service) {
  const ServiceFacts& facts = facts_of(service);
  if (settings.region.empty()) { return endpoint_fault("The AWS region is not known. Set AWS_REGION."); }
  if (!is_region(settings.region)) { return endpoint_fault("The AWS region is not one. Check AWS_REGION."); }
  const auto found = settings.endpoints.find(service);
  if (found == settings.endpoints.end() || found->second.empty()) {
    const std::string_view china = settings.region.starts_with("cn-") ? ".cn" : "";
    return fmt::format("https://{}.{}.amazonaws.com{}/", facts.id, settings.region, china);
  }
  if (!parse_url(found->second)) {
    return endpoint_fault(fmt::format("The endpoint of {} is not an http or https URL. Check {}.", facts.name, facts.endpoint_variable));
  }
  return found->second;
}

}  // namespace bizcomms::aws
