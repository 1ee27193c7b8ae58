#include "bizcomms/aws/client.hpp"

#include <future>
#include <utility>

#include "aws/engine.hpp"

namespace bizcomms::aws {
namespace {

// Shared with the callback: the client's thread may still be inside set_value when the waiting thread goes on.
std::future<Result<Answer>> submit(Engine& engine, Call call) {
  const auto promise = std::make_shared<std::promise<Result<Answer>>>();
  auto answer = promise->get_future();
  engine.submit(std::move(call), [promise](Result<Answer> result) { promise->set_value(std::move(result)); });
  return answer;
}

}  // namespace

struct Client::Hidden {
  Engine engine;
};

Client::Client(Settings settings, Credentials& credentials, http::Client& http, const Clock& clock, const Log& log, Metrics& metrics)
    : m_hidden(new Hidden{{std::move(settings), credentials, http, clock, log, metrics}}) {}

Client::~Client() = default;

void Client::send(Call call, std::function<void(Result<Answer>)> done) { m_hidden->engine.submit(std::move(call), std::move(done)); }

Result<Answer> Client::call(Call call) { return submit(m_hidden->engine, std::move(call)).get(); }

std::vector<Result<Answer>> Client::call_all(std::vector<Call> calls) {
  std::vector<std::future<Result<Answer>>> waiting;
  waiting.reserve(calls.size());
  for (Call& call : calls) { waiting.push_back(submit(m_hidden->engine, std::move(call))); }
  std::vector<Result<Answer>> answers;
  answers.reserve(waiting.size());
  for (auto& answer : waiting) { answers.push_back(answer.get()); }
  return answers;
}

Time Client::service_time() const { return m_hidden->engine.service_time(); }
bool Client::knows_service_time() const { return m_hidden->engine.knows_service_time(); }

}  // namespace bizcomms::aws
