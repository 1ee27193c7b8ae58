// Two DynamoDB tables that follow each other as a global table's regions do: seconds late, each item as a whole, the last writer wins. It
// reads their streams; while the link is down each table goes on alone, and what was not carried over waits until the link is up again.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "bizcomms/base/time.hpp"
#include "bizcomms/json/reader.hpp"
#include "support/aws/dynamodb_local.hpp"

namespace bizcomms::drill {

// Made on the main thread; then thread-safe. Of DynamoDB Local, whose streams tell of changes in the order they were made.
class Replicator {
public:
  Replicator(test::DynamoDbLocal& dynamodb, const std::string& first, const std::string& second, Millis lag);
  ~Replicator();
  Replicator(const Replicator&) = delete;
  Replicator& operator=(const Replicator&) = delete;

  void set_link(bool up) { m_link = up; }
  [[nodiscard]] int waiting() const { return m_waiting; }        // changes read and not carried over
  [[nodiscard]] int carried() const { return m_carried; }        // so far
  [[nodiscard]] int outwritten() const { return m_outwritten; }  // dropped, since the other side's write was later
  // True once both streams were read to their end, and nothing waits, after this call.
  [[nodiscard]] bool settles(Millis limit) const;
  // Why it carries nothing over any more; empty while it does.
  [[nodiscard]] std::string problem() const;

private:
  struct Change {
    std::string key;    // as JSON
    std::string image;  // empty: the item is gone
    std::string write;  // whose write it was, where the item says so
    SteadyTime made{};
  };
  struct Shard {
    std::string iterator;
    std::string last;  // sequence number that was read
  };
  struct Side {
    std::string table;
    std::string stream;
    std::map<std::string, Shard> open;                      // by their ids
    std::set<std::string> shards;                           // all that were seen
    std::deque<Change> changes;                             // made here, to be carried to the other
    std::map<std::string, Change> latest;                   // by key
    std::map<std::string, std::deque<std::string>> echoes;  // images that were put here, and are to show up in the stream
  };
  void run(const std::stop_token& stop);
  void follow();
  void open_stream(Side& side);
  void find_shards(Side& side);
  [[nodiscard]] std::string iterator_at_start(const Side& side, const std::string& shard);
  [[nodiscard]] int read(Side& side);
  [[nodiscard]] int read(Side& side, const std::string& id, Shard& shard);
  void note(Side& side, const json::Value& record);
  void carry(Side& from, Side& to);
  [[nodiscard]] bool apply(const Change& change, Side& to);
  [[nodiscard]] json::Document ask(const std::string& service, const std::string& operation, const std::string& body);

  test::DynamoDbLocal& m_dynamodb;
  test::EmulatorClient m_client;
  const Millis m_lag;
  std::array<Side, 2> m_sides;  // of the thread alone
  std::atomic<bool> m_link = true;
  std::atomic<int> m_waiting = 0;
  std::atomic<int> m_carried = 0;
  std::atomic<int> m_outwritten = 0;
  std::atomic<int> m_rounds = 0;  // in which neither stream had anything new, and nothing waited
  mutable std::mutex m_problem_mutex;
  std::string m_problem;
  std::jthread m_thread;
};

}  // namespace bizcomms::drill
