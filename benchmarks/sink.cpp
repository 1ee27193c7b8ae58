// The trivial HTTP sink that stands in for Twilio in benchmarks: one thread, epoll, keep-alive; reads a request's head and
// Content-Length, answers 201 with a SID of its own each time. No checks: it is meant to cost next to nothing. It counts whom it got
// messages for, +1555 and +1556 with seven digits each, the latter being those of urgent alerts.
// Usage: bench_sink PORT (on 127.0.0.1; 0 takes a free one, printed first). GET answers the counts, DELETE sets them to nought.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bitset>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

// Messages of one kind, by the last seven digits of the number they go to.
class Tally {
public:
  void note(std::uint64_t digits) {
    auto seen = m_seen[static_cast<std::size_t>(digits)];
    if (seen) {
      ++m_doubled;
      return;
    }
    seen = true;
    ++m_numbers;
    m_last = std::chrono::steady_clock::now();
  }
  [[nodiscard]] std::string json() const {
    const auto last = std::chrono::duration_cast<std::chrono::milliseconds>(m_last.time_since_epoch()).count();
    return R"({"numbers":)" + std::to_string(m_numbers) + R"(,"doubled":)" + std::to_string(m_doubled) + R"(,"last_ms":)" +
           std::to_string(last) + "}";
  }

private:
  std::bitset<10'000'000> m_seen;
  std::uint64_t m_numbers = 0;
  std::uint64_t m_doubled = 0;
  std::chrono::steady_clock::time_point m_last;  // a new one came
};

struct Seen {
  std::size_t bytes = 0;  // of the last request, head and body
  Tally normal;
  Tally urgent;

  void note(std::string_view request) {
    constexpr std::string_view k_to = "To=%2B";
    bytes = request.size();
    const auto body = request.substr(request.find("\r\n\r\n") + 4);
    if (!body.starts_with(k_to)) { return; }
    const std::uint64_t number = std::strtoull(body.data() + k_to.size(), nullptr, 10);
    (number / 10'000'000 == 1556 ? urgent : normal).note(number % 10'000'000);
  }
  [[nodiscard]] std::string json() const {
    return R"({"bytes":)" + std::to_string(bytes) + R"(,"normal":)" + normal.json() + R"(,"urgent":)" + urgent.json() + "}";
  }
};

// Bytes of the first whole request in `text`; 0: not there yet.
std::size_t request_length(std::string_view text) {
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos) { return 0; }
  std::size_t body = 0;
  for (auto at = text.find("\r\n"); at < head_end; at = text.find("\r\n", at + 2)) {
    constexpr std::string_view k_name = "content-length:";
    if (strncasecmp(text.data() + at + 2, k_name.data(), k_name.size()) == 0) {
      body = static_cast<std::size_t>(std::strtoul(text.data() + at + 2 + k_name.size(), nullptr, 10));
      break;
    }
  }
  const auto whole = head_end + 4 + body;
  return text.size() >= whole ? whole : 0;
}

void append_answer(std::string& out, const char* status, std::string_view body) {
  out += "HTTP/1.1 ";
  out += status;
  out += "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  out += body;
}

// `run` tells this sink's ids from those of the ones before.
void append_created(std::string& out, std::uint64_t run, std::uint64_t number) {
  std::array<char, 128> body{};
  const auto length = std::snprintf(body.data(), body.size(), R"({"sid":"SM%016llx%016llx","status":"queued","error_code":null})",
                                    static_cast<unsigned long long>(run), static_cast<unsigned long long>(number));
  append_answer(out, "201 Created", {body.data(), static_cast<std::size_t>(length)});
}

int listening_socket(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, plain, length) != 0 || listen(listener, 1024) != 0 || getsockname(listener, plain, &length) != 0) {
    std::perror("bench_sink");
    std::exit(1);
  }
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

class Sink {
public:
  explicit Sink(std::uint16_t port) : m_listener(listening_socket(port)), m_epoll(epoll_create1(0)) { watch(m_listener); }

  void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), 1000);
      for (int i = 0; i < count; ++i) {
        const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
        fd == m_listener ? accept_all() : serve(fd);
      }
    }
  }

private:
  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(m_epoll, EPOLL_CTL_ADD, fd, &event);
  }
  void accept_all() {
    for (;;) {
      const int fd = accept4(m_listener, nullptr, nullptr, SOCK_NONBLOCK);
      if (fd < 0) { return; }
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(fd);
    }
  }
  void serve(int fd) {
    auto& pending = m_pending[fd];
    const auto got = read(fd, m_buffer.data(), m_buffer.size());
    if (got <= 0) {
      m_pending.erase(fd);
      close(fd);
      return;
    }
    pending.append(m_buffer.data(), static_cast<std::size_t>(got));
    m_out.clear();
    for (auto length = request_length(pending); length != 0; length = request_length(pending)) {
      answer(std::string_view(pending).substr(0, length));
      pending.erase(0, length);
    }
    if (!m_out.empty() && write(fd, m_out.data(), m_out.size()) < 0) { std::perror("bench_sink: write"); }
  }

  void answer(std::string_view request) {
    if (request.starts_with("POST")) {
      m_seen->note(request);
      append_created(m_out, m_run, ++m_answered);
    } else if (request.starts_with("GET")) {
      append_answer(m_out, "200 OK", m_seen->json());
    } else {
      m_seen = std::make_unique<Seen>();
      append_answer(m_out, "200 OK", "{}");
    }
  }

  int m_listener;
  int m_epoll;
  const std::uint64_t m_run = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  std::uint64_t m_answered = 0;
  std::unique_ptr<Seen> m_seen = std::make_unique<Seen>();
  std::unordered_map<int, std::string> m_pending;
  std::string m_out;
  std::array<char, 65536> m_buffer{};
};

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto sink = std::make_unique<Sink>(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  sink->run();
}
