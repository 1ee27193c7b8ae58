#include "app/options.hpp"

namespace bizcomms::app {
namespace {

void add_range(std::vector<Option>& options, const std::string& name, simulator::Range& range, const std::string& what) {
  using std::chrono::hours;
  options.push_back({name + "-min", &range.min, "Least " + what, Role::simulate, bounds(Millis{0}, hours{24})});
  options.push_back({name + "-max", &range.max, "Most " + what, Role::simulate, bounds(Millis{0}, hours{24})});
}

void add_share(std::vector<Option>& options, const std::string& name, double& share, const std::string& docs) {
  options.push_back({name, &share, docs, Role::simulate, bounds(0, 1)});
}

void add_faults(std::vector<Option>& options, simulator::Behaviour& b) {
  add_share(options, "fault-throttle", b.throttle, "Part of the sends answered with 429.");
  add_share(options, "fault-error-before", b.error_before, "Part of the sends answered with 503 and not taken.");
  add_share(options, "fault-error-after", b.error_after, "Part of the sends answered with 500 although taken.");
  add_share(options, "fault-hang-before", b.hang_before, "Part of the sends never answered and not taken.");
  add_share(options, "fault-hang-after", b.hang_after, "Part of the sends never answered although taken.");
  add_share(options, "fault-reset-before", b.reset_before, "Part of the sends whose connection is reset, not taken.");
  add_share(options, "fault-reset-after", b.reset_after, "Part of the sends whose connection is reset although taken.");
  add_share(options, "fault-garbled-after", b.garbled_after, "Part of the sends answered with half a body although taken.");
  add_share(options, "fault-undelivered", b.undelivered, "Part of the messages that the carrier loses (30003, 30005, 30008).");
  add_share(options, "fault-callback-loss", b.callback_loss, "Part of the status callbacks that never come.");
  add_share(options, "fault-callback-duplication", b.callback_duplication, "Part of the status callbacks that come twice.");
  add_share(options, "fault-callback-reordering", b.callback_reordering, "Part of the status callbacks that come late, after later ones.");
}

}  // namespace

OptionGroup simulator_options(Settings& s) {
  auto& b = s.simulator.behaviour;
  std::vector<Option> options{
      {"simulator-listen", &s.simulator_listen, "Address and port of the simulated phones and of the simulated Twilio.", Role::dev,
       bounds(1, 256)},
      {"data",
       &s.data_folder,
       "Folder of the private PostgreSQL cluster and of the demo's API key.",
       Role::dev,
       {},
       "/var/lib/bizcomms-dev for root, $XDG_DATA_HOME/bizcomms-dev otherwise"},
      {"real-hackernews", &s.real_hackernews, "Raise the stories of the real HackerNews instead of the built-in ones.", Role::dev},
      {"simulator-seed", &s.simulator_seed, "Same seed, same requests: same run, the ids of messages too. 0: another one at each start.",
       Role::simulate, bounds(0, 1e15)},
      {"simulator-inbound-url", &s.simulator.inbound_url, "Where what people write on the phone page is posted; empty: nowhere.",
       Role::simulate},
      {"stories", &s.simulator.stories_folder, "Folder with topstories.json and item/<id>.json; empty: built-in stories.",
       Role::simulate | Role::dev},
      {"simulator-trial", &b.trial, "Messages begin with the sentence of a Twilio trial account.", Role::simulate},
      {"simulator-test-credentials", &b.test_credentials, "Twilio's magic numbers, as with test credentials.", Role::simulate},
      {"simulator-segments-per-second", &b.segments_per_second, "Rate of one sender; 0: no limit.", Role::simulate, bounds(0, 100'000)},
  };
  add_range(options, "simulator-latency", b.latency, "time until a request is answered.");
  add_range(options, "simulator-list-lag", b.list_lag, "time until a message can be found in lists.");
  add_range(options, "simulator-callback-delay", b.callback_delay, "time until a status callback leaves.");
  add_faults(options, b);
  return {"Demo and simulator", std::move(options)};
}

}  // namespace bizcomms::app
