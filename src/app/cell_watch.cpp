#include "app/cell_watch.hpp"

#include "app/peer.hpp"

namespace bizcomms::app {
namespace {

WatchSettings watch_settings(const Settings& settings) { return {.cell = settings.cell, .grace = settings.peer_grace}; }

Witness ledger_witness(aws::EpochItem& epoch) {
  return {.name = "the ledger",
          .ask = [&epoch]() -> Result<Sighting> {
            const auto published = epoch.read();
            if (!published) { return published.error(); }
            return Sighting{.cell = published->cell, .epoch = published->epoch};
          },
          .tell = [&epoch](const std::string& cell, std::int64_t number) { return epoch.publish(cell, number); }};
}

}  // namespace

std::vector<Witness> witnesses(Database& database, const Settings& settings, http::Client& peer_client) {
  std::vector<Witness> all;
  if (!settings.peer_url.empty()) {
    all.push_back(
        {.name = "the peer", .ask = [&settings, &peer_client] { return ask_peer(peer_client, settings.peer_url, settings.cell); }});
  }
  if (database.cloud && database.cloud->epoch) { all.push_back(ledger_witness(*database.cloud->epoch)); }
  return all;
}

CellWatch::CellWatch(Database& database, const db::ConnectionSettings& connection, const Settings& settings, Ground& ground)
    : m_peer_client({.connections_max = 8, .ca_file = settings.client.ca_file}, ground.log, ground.metrics),
      m_watch(questions(database, connection, settings.cell), witnesses(database, settings, m_peer_client), watch_settings(settings),
              ground.clock, ground.log, ground.metrics) {}

}  // namespace bizcomms::app
