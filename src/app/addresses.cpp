#include "app/addresses.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

namespace bizcomms::app {

std::string reachable(const std::string& address) {
  for (const std::string_view everywhere : {"0.0.0.0:", "[::]:"}) {
    if (address.starts_with(everywhere)) { return "127.0.0.1:" + address.substr(everywhere.size()); }
  }
  return address;
}

Result<std::string> with_a_port(const std::string& address) {
  if (!address.ends_with(":0")) { return address; }
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  auto* plain = reinterpret_cast<sockaddr*>(&name);
  const bool found = socket >= 0 && ::bind(socket, plain, size) == 0 && ::getsockname(socket, plain, &size) == 0;
  if (socket >= 0) { ::close(socket); }
  if (!found) { return Error{ErrorCode::unavailable, "No free port could be found on this machine."}; }
  return address.substr(0, address.size() - 1) + std::to_string(ntohs(name.sin_port));
}

}  // namespace bizcomms::app
