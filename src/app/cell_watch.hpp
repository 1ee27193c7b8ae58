// The watch of a role, with everybody whom the options let it ask.
#pragma once

#include <memory>
#include <vector>

#include "app/database.hpp"
#include "app/ground.hpp"
#include "app/watch.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::app {

// Who can tell whether another cell works, the one that decides first: the peer, where the options name one; then the ledger, where it is
// in AWS. All given must outlive them.
[[nodiscard]] std::vector<Witness> witnesses(Database& database, const Settings& settings, http::Client& peer_client);

// All given must outlive it.
class CellWatch {
public:
  CellWatch(Database& database, const db::ConnectionSettings& connection, const Settings& settings, Ground& ground);
  [[nodiscard]] Watch& operator*() { return m_watch; }
  [[nodiscard]] Watch* operator->() { return &m_watch; }

private:
  http::CurlClient m_peer_client;  // for itself: the peer must be heard while all other connections are in use
  Watch m_watch;
};

}  // namespace bizcomms::app
