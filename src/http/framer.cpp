#include "http/framer.hpp"

#include <algorithm>

namespace bizcomms::http {
namespace {

constexpr std::size_t k_reserve_max = std::size_t{64} * 1024;  // a promised length is not yet a sent one
constexpr std::size_t k_text_kept_max = 2048;

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

}  // namespace

std::size_t Framer::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !settled()) {
    const auto rest = bytes.substr(used);
    used += m_state == State::body ? feed_body(rest) : feed_head(rest);
  }
  return used;
}

bool Framer::wants_continue() const { return m_state == State::body && m_head.expects_continue && m_body.empty(); }

void Framer::next() {
  m_state = State::idle;
  m_skipped_empty_line = false;
  m_lines = 0;
  m_line_start = 0;
  m_text.clear();
  if (m_text.capacity() > k_text_kept_max) { m_text.shrink_to_fit(); }  // an idle connection holds little
  m_head = {};
  m_body = {};
  m_chunks = ChunkReader(m_body_bytes_max);
}

std::size_t Framer::feed_head(std::string_view bytes) {
  m_state = State::head;
  const auto newline = bytes.find('\n');
  const auto taken = newline == std::string_view::npos ? bytes.size() : newline + 1;
  if (auto refused = check_room(taken)) {
    refuse(std::move(*refused));
    return taken;
  }
  m_text.append(bytes.substr(0, taken));
  if (newline != std::string_view::npos) { end_line(); }
  return taken;
}

std::optional<Refusal> Framer::check_room(std::size_t more) const {
  const bool request_line = m_lines == 0;
  if (request_line && m_text.size() + more > std::min(k_request_line_bytes_max, m_header_bytes_max)) {
    return Refusal{414, "target_too_long", "The request line is too long; the target may have 2048 bytes."};
  }
  if (m_text.size() + more <= m_header_bytes_max) { return std::nullopt; }
  return Refusal{431, "head_too_large", "The header fields are longer than " + std::to_string(m_header_bytes_max) + " bytes."};
}

void Framer::end_line() {
  const auto line = std::string_view(m_text).substr(m_line_start);
  if (line.size() < 2 || line[line.size() - 2] != '\r') { return refuse({400, "malformed", "A line does not end in CR LF."}); }
  const auto text = line.substr(0, line.size() - 2);
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return refuse({400, "malformed", "The head of the request holds a control character."});
  }
  if (m_lines == 0 && text.empty() && !m_skipped_empty_line) {  // RFC 9112, 2.2: one may be left over from an old client's POST
    m_skipped_empty_line = true;
    m_text.clear();
    m_state = State::idle;
    return;
  }
  if (m_lines == 0) {
    if (auto refused = check_version(text)) { return refuse(std::move(*refused)); }
  } else if (text.empty()) {
    return end_head();
  } else if (text.front() == ' ' || text.front() == '\t') {
    return refuse({400, "malformed", "A folded header field is not served."});
  } else if (m_lines > k_fields_max) {
    return refuse({431, "head_too_large", "There are more than 100 header fields."});
  }
  ++m_lines;
  m_line_start = m_text.size();
}

void Framer::end_head() {
  if (auto refused = parse_head(m_text, m_head)) { return refuse(std::move(*refused)); }
  if (m_head.content_length > m_body_bytes_max) {
    return refuse({413, "body_too_large", "The body is longer than " + std::to_string(m_body_bytes_max) + " bytes."});
  }
  m_body.reserve(std::min(m_head.content_length, k_reserve_max));
  m_state = m_head.chunked || m_head.content_length > 0 ? State::body : State::complete;
}

std::size_t Framer::feed_body(std::string_view bytes) {
  if (m_head.chunked) {
    const auto used = m_chunks.feed(bytes, m_body);
    if (m_chunks.refusal()) { refuse(*m_chunks.refusal()); }
    if (m_chunks.done()) { m_state = State::complete; }
    return used;
  }
  const auto taken = std::min(bytes.size(), m_head.content_length - m_body.size());
  m_body.append(bytes.substr(0, taken));
  if (m_body.size() == m_head.content_length) { m_state = State::complete; }
  return taken;
}

void Framer::refuse(Refusal refusal) {
  m_state = State::refused;
  m_refusal = std::move(refusal);
}

}  // namespace bizcomms::http
