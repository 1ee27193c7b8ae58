#include "drill/site.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "drill/line.hpp"
#include "support/loopback.hpp"

namespace bizcomms::drill {
namespace {

using namespace std::chrono_literals;

std::string logged_member(const std::string& line, const std::string& name) {
  const auto document = json::Document::parse(line);
  return document ? document->root()[name].as_string().value_or("") : "";
}

test::Environment both(test::Environment a, const test::Environment& b) {
  for (const auto& [name, value] : b) { a.insert_or_assign(name, value); }
  return a;
}

}  // namespace

test::Answer Web::ask(const std::string& method, const std::string& url, const std::string& body, const http::Headers& headers) {
  http::ClientRequest request{.method = method, .url = url, .headers = headers, .body = body, .timeout = 5s};
  if (!body.empty()) { request.headers.add("Content-Type", "application/json"); }
  auto response = http::fetch(m_client, std::move(request));
  if (!response) { return {.status = 0, .body = response.error().message, .headers = {}}; }
  return {.status = response->status, .body = std::move(response->body), .headers = std::move(response->headers)};
}

Site::Site(SiteSettings settings, Web& web) : m_settings(std::move(settings)), m_web(web), m_port(test::free_port()) {
  m_settings.options["BIZCOMMS_CELL"] = m_settings.cell;
  m_settings.options["BIZCOMMS_REGION"] = m_settings.region;
  m_settings.options["BIZCOMMS_LOG_FORMAT"] = "json";
  m_settings.options["BIZCOMMS_ADMIN_LISTEN"] = "127.0.0.1:0";
}

void Site::set_key(const std::string& key) {
  m_key = key;
  m_settings.poller_options["BIZCOMMS_API_KEY"] = key;
}

test::Running Site::start_role(const std::string& role, const test::Environment& more) {
  test::Running running{
      std::make_unique<test::Process>(std::vector<std::string>{test::binary(), role}, both(m_settings.options, more)), {}, {}};
  const auto line = running.process->wait_for_line([](const std::string& each) { return !logged_member(each, "admin_address").empty(); });
  if (!line) { throw std::runtime_error(role + " did not start: " + running.process->output()); }
  running.admin_address = logged_member(*line, "admin_address");
  const auto ready = [&] { return m_web.ask("GET", "http://" + running.admin_address + "/health/ready").status == 200; };
  if (!test::eventually(ready)) { throw std::runtime_error(role + " did not become ready: " + running.process->output()); }
  return running;
}

void Site::start() {
  m_serve = start_role("serve", {{"BIZCOMMS_LISTEN", fmt::format("127.0.0.1:{}", m_port)}});
  for (int i = 0; i < m_settings.workers; ++i) { m_workers.push_back(start_role("work", {})); }
  m_poll = start_role("poll", m_settings.poller_options);
}

void Site::keep_log(const test::Running& running, const char* role) {
  if (m_settings.log_folder.empty() || !running.process) { return; }
  const auto file = fmt::format("{}/{}-{:02}-{}.log", m_settings.log_folder, m_settings.cell, ++m_logs, role);
  std::ofstream(file) << running.process->output();
}

void Site::end_all() {
  keep_log(m_serve, "serve");
  keep_log(m_poll, "poll");
  for (const auto& worker : m_workers) { keep_log(worker, "work"); }
  m_workers.clear();
  m_serve.process.reset();
  m_poll.process.reset();
}

void Site::kill() {
  m_serve.process->signal(SIGKILL);
  for (const auto& worker : m_workers) { worker.process->signal(SIGKILL); }
  m_poll.process->signal(SIGKILL);
  end_all();
}

bool Site::stop() {
  bool all = true;
  m_serve.process->signal(SIGTERM);
  m_poll.process->signal(SIGTERM);
  for (const auto& worker : m_workers) { worker.process->signal(SIGTERM); }
  for (const auto& worker : m_workers) { all = worker.process->wait(40s) == 0 && all; }
  all = m_serve.process->wait(40s) == 0 && all;
  all = m_poll.process->wait(40s) == 0 && all;
  end_all();
  return all;
}

test::Finished Site::command(std::vector<std::string> words) const {
  words.insert(words.begin(), test::binary());
  return test::run(std::move(words), m_settings.options);
}

test::Answer Site::call(const std::string& method, const std::string& path, const std::string& body, const http::Headers& more) {
  http::Headers headers = more;
  headers.add("X-API-Key", m_key);
  return m_web.ask(method, fmt::format("http://127.0.0.1:{}{}", m_port, path), body, headers);
}

std::string Site::role() {
  const auto answer = m_web.ask("GET", fmt::format("http://127.0.0.1:{}/health", m_port));
  return answer.status == 200 ? answer.json()["role"].as_string().value_or("") : "";
}

int Site::attempts() {
  int sum = 0;
  for (const auto& worker : m_workers) {
    const auto metrics = m_web.ask("GET", "http://" + worker.admin_address + "/metrics").body;
    const std::string name = "\nbizcomms_deliveries_total{";
    for (auto at = metrics.find(name); at != std::string::npos; at = metrics.find(name, at + 1)) {
      const auto end = metrics.find('\n', at + 1);
      sum += std::atoi(metrics.c_str() + metrics.rfind(' ', end));
    }
  }
  return sum;
}

}  // namespace bizcomms::drill
