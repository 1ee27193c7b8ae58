#include "bizcomms/app/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>

#include "app/commands.hpp"
#include "app/telemetry.hpp"

namespace bizcomms::app {
namespace {

// A file named on the command line must be there; the two usual places may be empty.
std::optional<std::string> config_file(const Invocation& invocation, const std::map<std::string, std::string>& environment) {
  if (invocation.config_file) { return invocation.config_file; }
  if (const auto named = environment.find("BIZCOMMS_CONFIG"); named != environment.end() && !named->second.empty()) {
    return named->second;
  }
  for (const char* usual : {"bizcomms.toml", "/etc/bizcomms/bizcomms.toml"}) {
    if (::access(usual, F_OK) == 0) { return usual; }
  }
  return std::nullopt;
}

int print(const Printed& printed) {
  std::fputs(printed.text.c_str(), printed.exit_code == k_done ? stdout : stderr);
  return printed.exit_code;
}

// A default that depends on another option.
void follow_up(Context& context) {
  auto& twilio = context.settings.twilio;
  if (!context.origins.contains("twilio-connect-timeout")) {
    twilio.connect_timeout = std::min(twilio.connect_timeout, twilio.request_timeout);
  }
  // More would wait for a connection longer than a request may take, should Twilio become slow.
  auto& in_flight = context.settings.worker.in_flight_max;
  if (!context.origins.contains("worker-in-flight-max")) { in_flight = std::min(in_flight, 2 * context.settings.client.connections_max); }
}

int dispatch(const std::vector<std::string>& arguments) {
  const auto all = commands();
  std::vector<Usage> usages;
  for (const auto& command : all) { usages.push_back(command.usage); }
  Context context{Role::version, {}, {}, {}, {}};
  const auto groups = options(context.settings);
  const auto parsed = parse_command_line(arguments, usages, groups);
  if (!parsed.invocation) { return print(parsed.printed); }
  const auto& invocation = *parsed.invocation;
  context.role = invocation.role;
  context.words = invocation.words;
  context.switches = invocation.switches;
  if (invocation.role != Role::version) {
    const auto environment = process_environment();
    auto origins = load(groups, {invocation.flags, environment, config_file(invocation, environment)}, invocation.role);
    if (!origins) { return refuse(origins.error()); }
    context.origins = *std::move(origins);
    follow_up(context);
    if (const auto completed = complete_telemetry(context); !completed) { return refuse(completed.error()); }
  }
  for (const auto& command : all) {
    if (command.usage.role == invocation.role) { return command.run(context); }
  }
  return k_wrong_usage;
}

}  // namespace

int failed(const Error& error) {
  const bool said = error.cause.empty() || error.code == ErrorCode::unavailable || error.code == ErrorCode::misconfigured;
  const auto cause = said ? std::string() : " (" + error.cause + ")";
  std::fputs(fmt::format("bizcomms: {}{}\n", error.message, cause).c_str(), stderr);
  return k_failed;
}

int wrong_usage(const std::string& sentence) {
  std::fputs(fmt::format("bizcomms: {}\n", sentence).c_str(), stderr);
  return k_wrong_usage;
}

int refuse(const Error& error) {
  if (error.code != ErrorCode::invalid || error.fields.empty()) { return wrong_usage(error.message); }
  for (const auto& field : error.fields) { wrong_usage(field.message); }
  return k_wrong_usage;
}

int run(int argc, char** argv) {
  try {
    return dispatch(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& exception) {
    return failed(Error{ErrorCode::internal, "Something failed that nobody foresaw; this is a defect.", exception.what()});
  }
}

}  // namespace bizcomms::app
