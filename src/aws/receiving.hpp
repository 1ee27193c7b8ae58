// One request for messages, and what becomes of those that are not handed out: too old, too often received, not to be read.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "aws/dead_letters.hpp"
#include "aws/holdings.hpp"
#include "aws/queue_age.hpp"
#include "aws/sqs.hpp"
#include "bizcomms/aws/queue.hpp"

namespace bizcomms::aws {

// SQS counts whole seconds: rounded up, so that nothing is shown earlier than it was asked for.
[[nodiscard]] std::chrono::seconds whole_seconds(Millis time, std::chrono::seconds longest);
[[nodiscard]] std::chrono::seconds visibility_of(const alert::QueueSettings& settings);

// Of both lanes.
class QueueAges {
public:
  QueueAge& of(alert::Lane lane) { return m_ages.at(static_cast<std::size_t>(lane)); }

private:
  std::array<QueueAge, 2> m_ages;
};

// Thread-safe.
class Receiving {
public:
  Receiving(const SqsSettings& settings, Client& client, const Clock& clock, const Log& log, Metrics& metrics, Holdings& holdings,
            QueueAges& ages, DeadLetters& dead_letters);

  struct Catch {
    std::vector<alert::Message> messages{};  // handed out
    bool may_be_more = false;                // the request brought all that it could, or nothing that is handed out
  };
  [[nodiscard]] Result<Catch> fetch(alert::Lane lane, int max, std::chrono::seconds wait);
  // A dead letter with that reason, and gone from its lane.
  [[nodiscard]] Status bury(const std::string& handle, const Burial& burial);

private:
  void sort_in(alert::Lane lane, const ReceivedMessage& message, Catch& caught);
  void leave_unreadable(alert::Lane lane, const ReceivedMessage& message, const std::string& why);
  void remove_expired(alert::Lane lane, const ReceivedMessage& message);
  void bury_here(const std::string& handle, const Burial& burial);

  const SqsSettings& m_settings;
  Client& m_client;
  const Clock& m_clock;
  const Log& m_log;
  Holdings& m_holdings;
  QueueAges& m_ages;
  DeadLetters& m_dead_letters;
  Counter& m_unreadable;
  Counter& m_expired;
  Counter& m_buried;
};

}  // namespace bizcomms::aws
