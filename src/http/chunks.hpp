// A body in chunks (RFC 9112, 7.1), taken byte by byte without I/O. Extensions and trailers are checked, bounded and dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/head.hpp"

namespace bizcomms::http {

// Not Beast's: that one waits without limit for the end of an extension or a trailer.
class ChunkReader {
public:
  explicit ChunkReader(std::size_t body_bytes_max) : m_body_bytes_max(body_bytes_max) {}

  // Appends to `body` and says how many of `bytes` it used; none once done or refused.
  std::size_t feed(std::string_view bytes, std::string& body);
  [[nodiscard]] bool done() const { return m_part == Part::done; }
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return m_refusal; }

private:
  enum class Part : unsigned char { size_line, data, data_end, trailer, done };

  std::size_t take_line(std::string_view bytes);
  std::size_t take_data(std::string_view bytes, std::string& body);
  void end_line(const std::string& body);
  void end_size_line(std::string_view line, std::size_t body_size);
  void end_trailer(std::string_view line);
  void refuse(std::string detail) { m_refusal = Refusal{400, "chunk", std::move(detail)}; }

  std::size_t m_body_bytes_max;
  Part m_part = Part::size_line;
  std::string m_line;             // pending, without its LF
  std::size_t m_extras = 0;       // bytes of extensions and trailers so far
  std::uint64_t m_remaining = 0;  // of this chunk's data
  std::optional<Refusal> m_refusal;
};

}  // namespace bizcomms::http
