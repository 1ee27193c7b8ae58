// Reading Twilio's lists and resources: requests with bounded retries, and walks through paged lists, several at a time.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/random.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/twilio/lookup.hpp"
#include "twilio/meter.hpp"

namespace bizcomms::twilio {

// One message or call of a list. What is absent is empty; a time that cannot be read is nothing.
struct ListedItem {
  alert::ProviderId sid{};
  std::string to{};
  std::string from{};
  std::string body{};
  std::string status{};
  bool outbound = false;  // by the API: neither inbound nor a reply
  bool inbound = false;
  std::optional<Time> created_at{};
};

// A list and how far back it is wanted.
struct Listing {
  std::string path{};    // "/2010-04-01/…/Messages.json?To=…"
  std::string array{};   // "messages", "calls"
  Time created_since{};  // pages of which every item is older end the walk
};

// Thread-safe; blocks.
class TwilioReader {
public:
  TwilioReader(const Settings& settings, const LookupSettings& lookup, http::Client& client, Metrics& metrics, std::stop_token stop,
               std::uint64_t seed);

  // Per path the body of a 200. `not_found` for 404 with code 20404.
  [[nodiscard]] std::vector<Result<std::string>> get(const std::vector<std::string>& paths);
  // Per listing the items of its pages, in Twilio's order, or why it could not be read to its end.
  [[nodiscard]] std::vector<Result<std::vector<ListedItem>>> walk(std::vector<Listing> listings);

private:
  struct Walk;
  struct Try;
  void fetch_round(std::vector<Try*>& tries);
  void fetch_all(std::vector<Try>& tries);
  static void stop_all(std::vector<Try>& tries);
  void judge(Try& one, Result<http::ClientResponse> answer, SteadyTime::duration took);
  void take_page(Walk& walk, const std::string& body) const;
  [[nodiscard]] http::ClientRequest request_for(const std::string& path, const Secret& token) const;
  [[nodiscard]] std::string path_of(const std::string& next_page) const;

  const Settings& m_settings;
  const LookupSettings& m_lookup;
  http::Client& m_client;
  std::stop_token m_stop;
  SystemClock m_clock;
  OperationMeter m_meter;
  std::mutex m_mutex;  // guards the random source
  Random m_random;
};

}  // namespace bizcomms::twilio
