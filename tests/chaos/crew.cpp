#include "chaos/crew.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace bizcomms::chaos {
namespace {

// Of all the metric's series.
int sum_of(http::Client& client, const test::Running& worker, const std::string& metric) {
  const auto answer = http::fetch(client, {.url = "http://" + worker.admin_address + "/metrics", .timeout = std::chrono::seconds{2}});
  if (!answer) { return 0; }
  int sum = 0;
  const std::string name = "\n" + metric;
  for (auto at = answer->body.find(name); at != std::string::npos; at = answer->body.find(name, at + 1)) {
    const auto end = answer->body.find('\n', at + 1);
    sum += std::atoi(answer->body.c_str() + answer->body.rfind(' ', end));
  }
  return sum;
}

}  // namespace

int requests_in_flight(http::Client& client, const test::Running& worker) {
  return sum_of(client, worker, "bizcomms_deliveries_in_flight ");
}

int requests_ended(http::Client& client, const test::Running& worker) {
  return sum_of(client, worker, "bizcomms_http_client_requests_total{");
}

bool is_stopped(const test::Process& process) {
  for (const auto& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process.pid()))) {
    std::ifstream file(thread.path() / "stat");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto state = text.rfind(')');  // the name before it may hold anything
    if (state == std::string::npos || text.compare(state, 3, ") T") != 0) { return false; }
  }
  return true;
}

Crew::Crew(test::Cell& cell, int workers, std::string log_folder)
    : m_cell(cell), m_client({}, m_log, m_metrics), m_workers(static_cast<std::size_t>(workers)), m_log_folder(std::move(log_folder)) {}

test::Environment Crew::poller_options() const {
  return {{"BIZCOMMS_API_URL", "http://" + m_cell.api_address()},
          {"BIZCOMMS_API_KEY", m_cell.key()},
          {"BIZCOMMS_HACKERNEWS_BASE_URL", "http://" + m_cell.simulator_address()},
          {"BIZCOMMS_EVERY", "300ms"},
          {"BIZCOMMS_TOP_STORIES", "500"},
          {"BIZCOMMS_FIRST_RUN_LIMIT", "500"}};
}

void Crew::start(const Member& member) {
  switch (member.role) {
    case Role::work:
      m_workers.at(member.number).running = m_cell.start("work", {});
      break;
    case Role::serve:
      m_cell.start_serve();
      break;
    case Role::poll:
      m_poller = m_cell.start("poll", poller_options());
      break;
  }
}

void Crew::kill(const Member& member) {
  const auto end = [&](test::Process& process) {
    process.kill();
    keep_log(k_role_names.at(static_cast<std::size_t>(member.role)), process);
  };
  switch (member.role) {
    case Role::work:
      end(*m_workers.at(member.number).running.process);
      m_workers.at(member.number).frozen = false;
      break;
    case Role::serve:
      end(m_cell.serve());
      break;
    case Role::poll:
      end(*m_poller.process);
      break;
  }
}

void Crew::freeze(const Member& worker) {
  m_workers.at(worker.number).running.process->signal(SIGSTOP);
  m_workers.at(worker.number).frozen = true;
}

void Crew::thaw(const Member& worker) {
  m_workers.at(worker.number).running.process->signal(SIGCONT);
  m_workers.at(worker.number).frozen = false;
}

bool Crew::is_frozen(const Member& member) const { return member.role == Role::work && m_workers.at(member.number).frozen; }

bool Crew::stands(const Member& member) {
  switch (member.role) {
    case Role::work:
      return !is_frozen(member) && m_workers.at(member.number).running.process->running();
    case Role::serve:
      return m_cell.serve().running();
    case Role::poll:
      break;
  }
  return m_poller.process->running();
}

int Crew::in_flight(const Member& member) {
  int sum = 0;
  for (std::size_t i = 0; i < m_workers.size(); ++i) {
    if (m_workers[i].frozen || (member.role == Role::work && member.number != i)) { continue; }
    sum += requests_in_flight(m_client, m_workers[i].running);
  }
  return sum;
}

void Crew::keep_log(const char* role, const test::Process& process) {
  if (m_log_folder.empty()) { return; }
  std::ofstream(fmt::format("{}/{:04}-{}-{}.log", m_log_folder, ++m_logs, role, process.pid())) << process.output();
}

}  // namespace bizcomms::chaos
