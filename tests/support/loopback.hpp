// Sockets of 127.0.0.1, for what tests put between two programs.
#pragma once

#include <string_view>

namespace bizcomms::test {

[[nodiscard]] int new_socket();           // TCP; throws where none is to be had
[[nodiscard]] int bind_free(int socket);  // to a port that nobody has, which it returns; throws where there is none
[[nodiscard]] int free_port();            // that nobody listens on, just now
[[nodiscard]] bool connect_to(int socket, int port);
void close_with_reset(int socket);                                 // what was on its way is gone
[[nodiscard]] bool write_all(int socket, std::string_view bytes);  // false where the other end is gone

}  // namespace bizcomms::test
