#include "bizcomms/http/client.hpp"

#include <future>
#include <utility>

namespace bizcomms::http {

Result<ClientResponse> fetch(Client& client, ClientRequest request) {
  // Shared with the callback: the client's thread may still be inside set_value when the waiting thread goes on.
  const auto promise = std::make_shared<std::promise<Result<ClientResponse>>>();
  auto answer = promise->get_future();
  client.send(std::move(request), [promise](Result<ClientResponse> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

}  // namespace bizcomms::http
