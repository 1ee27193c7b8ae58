// The simulated Twilio that both cells send through: its phones, and its own record of what it took.
#pragma once

#include <string>
#include <vector>

#include "drill/web.hpp"
#include "support/process.hpp"

namespace bizcomms::drill {

// Thread-safe, once it has started.
class Phones {
public:
  Phones(Web& web, const test::Environment& options);

  void set_faults(const std::string& json);
  [[nodiscard]] std::string url() const { return "http://" + m_running.address; }
  [[nodiscard]] std::int64_t taken();   // so many messages
  [[nodiscard]] bool callbacks_idle();  // none waits or is on its way
  [[nodiscard]] std::vector<test::Received> record();
  [[nodiscard]] const test::Process& process() const { return *m_running.process; }

private:
  [[nodiscard]] test::Answer statistics() { return m_web.ask("GET", url() + "/simulator/statistics"); }
  Web& m_web;
  test::Running m_running;
};

}  // namespace bizcomms::drill
