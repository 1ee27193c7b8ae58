// The dead letter queues: what SQS itself moved there after so many receives, and what was buried with its reason.
#pragma once

#include <string>
#include <vector>

#include "aws/sqs.hpp"
#include "bizcomms/aws/queue.hpp"

namespace bizcomms::aws {

// The body of an event; a text that is none too.
[[nodiscard]] OutgoingMessage message_of(const alert::Event& event);

struct Burial {
  alert::Lane lane = alert::Lane::standard;  // whose queue it is taken from
  std::string body{};
  int receives = 0;
  std::string reason{};
};

// Thread-safe.
class DeadLetters {
public:
  DeadLetters(const SqsSettings& settings, Client& client, const Clock& clock);

  // The caller deletes the message afterwards. Where it cannot, SQS moves it too, and there are two letters.
  [[nodiscard]] Status bury(const Burial& burial);
  [[nodiscard]] Result<std::vector<alert::DeadLetter>> list(int limit, const std::string& after_id);
  // To its lane's queue; without a readable event, as it is.
  [[nodiscard]] Status replay(const std::string& id);

private:
  struct Letter {
    ReceivedMessage message{};
    std::string queue_url{};
    alert::Lane lane = alert::Lane::standard;  // whose dead letter queue that is
  };
  using Letters = std::vector<Letter>;

  Status gather(alert::Lane lane, const std::string& until_id, Letters& letters);
  Result<Letters> gather_all(const std::string& until_id);
  // Whether of one queue there may be more than were looked at.
  [[nodiscard]] static bool fills_a_look(const Letters& letters);
  void show(const Letters& letters);
  [[nodiscard]] static alert::Lane lane_of(const Letter& letter);
  [[nodiscard]] alert::DeadLetter described(const Letter& letter) const;
  Status send_anew(const Letter& letter);

  const SqsSettings& m_settings;
  Client& m_client;
  const Clock& m_clock;
};

}  // namespace bizcomms::aws
