// Cuts a stream of bytes into requests, without I/O: however the bytes arrive, the outcome is the same. What is not plainly one
// request is refused, and then the connection must be closed, since nobody knows where the next one begins.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/chunks.hpp"
#include "http/head.hpp"

namespace bizcomms::http {

class Framer {
public:
  enum class State : unsigned char { idle, head, body, complete, refused };

  Framer(std::size_t header_bytes_max, std::size_t body_bytes_max)
      : m_header_bytes_max(header_bytes_max), m_body_bytes_max(body_bytes_max), m_chunks(body_bytes_max) {}

  // Says how many of `bytes` it used: all, unless a request is complete or refused on the way.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const { return m_state; }
  [[nodiscard]] bool settled() const { return m_state == State::complete || m_state == State::refused; }
  // The client waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool wants_continue() const;

  [[nodiscard]] Head& head() { return m_head; }  // when complete; when refused, what was read before
  [[nodiscard]] std::string& body() { return m_body; }
  [[nodiscard]] const Refusal& refusal() const { return m_refusal; }
  void next();  // forgets this request

private:
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void end_line();
  void end_head();
  void refuse(Refusal refusal);
  [[nodiscard]] std::optional<Refusal> check_room(std::size_t more) const;

  std::size_t m_header_bytes_max;
  std::size_t m_body_bytes_max;
  State m_state = State::idle;
  bool m_skipped_empty_line = false;
  std::size_t m_lines = 0;
  std::size_t m_line_start = 0;  // in m_text
  std::string m_text;            // the head as far as it came
  Head m_head;
  std::string m_body;
  ChunkReader m_chunks;
  Refusal m_refusal;
};

}  // namespace bizcomms::http
