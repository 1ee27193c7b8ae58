// SQS as moto and ElasticMQ both speak it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "bizcomms/json/reader.hpp"
#include "support/aws/emulator_client.hpp"

namespace bizcomms::test {

struct Queue {
  std::string url;
  std::string arn;
};

struct QueueMessage {
  std::string body;
  std::map<std::string, std::string> attributes = {};  // of the message; texts only
  std::string receipt = {};
  int receives = 0;  // this one included
};

// Thread-safe. Throws where the emulator refuses.
class Queues {
public:
  explicit Queues(const std::string& url) : m_client(url) {}

  // `attributes` as CreateQueue names them: {"VisibilityTimeout", "30"}.
  Queue create(const std::string& name, const std::map<std::string, std::string>& attributes = {});
  // A message that was received so often and not deleted goes to `dead_letters` instead of being received once more.
  Queue create(const std::string& name, const Queue& dead_letters, int receives_max, std::map<std::string, std::string> attributes = {});

  void send(const Queue& queue, const QueueMessage& message);
  [[nodiscard]] std::vector<QueueMessage> receive(const Queue& queue, std::chrono::seconds wait = {});
  void remove(const Queue& queue, const QueueMessage& message);
  // Receives and removes until it has so many, or 20 seconds are over.
  [[nodiscard]] std::vector<QueueMessage> take(const Queue& queue, std::size_t count);
  [[nodiscard]] std::map<std::string, std::string> attributes(const Queue& queue);

  // SendMessageBatch and the like, as they are answered.
  [[nodiscard]] http::ClientResponse call(const std::string& operation, const std::string& body);

private:
  EmulatorClient m_client;
};

}  // namespace bizcomms::test
