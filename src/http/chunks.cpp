#include "http/chunks.hpp"

#include <algorithm>
#include <charconv>

namespace bizcomms::http {
namespace {

constexpr std::size_t k_extras_max = 4096;     // extensions and trailers of one body together
constexpr std::size_t k_size_digits_max = 16;  // what fits 64 bits

bool is_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }

}  // namespace

std::size_t ChunkReader::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && !done() && !m_refusal) {
    const auto rest = bytes.substr(used);
    if (m_part == Part::data) {
      used += take_data(rest, body);
      continue;
    }
    used += take_line(rest);
    if (!m_refusal && !m_line.empty() && m_line.back() == '\n') { end_line(body); }
  }
  return used;
}

std::size_t ChunkReader::take_data(std::string_view bytes, std::string& body) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(m_remaining, bytes.size()));
  body.append(bytes.substr(0, taken));
  m_remaining -= taken;
  if (m_remaining == 0) { m_part = Part::data_end; }
  return taken;
}

std::size_t ChunkReader::take_line(std::string_view bytes) {
  const auto newline = bytes.find('\n');
  const auto taken = newline == std::string_view::npos ? bytes.size() : newline + 1;
  const auto line_max = m_part == Part::data_end ? 2 : k_extras_max;
  if (m_line.size() + taken > line_max) {
    refuse(m_part == Part::data_end ? "A chunk is longer than its size." : "A chunk's size line or trailer is longer than 4096 bytes.");
    return taken;
  }
  m_line.append(bytes.substr(0, taken));
  return taken;
}

void ChunkReader::end_line(const std::string& body) {
  const std::string line = std::exchange(m_line, {});
  if (line.size() < 2 || line[line.size() - 2] != '\r') { return refuse("A line of the chunked body does not end in CR LF."); }
  const auto text = std::string_view(line).substr(0, line.size() - 2);
  if (!std::all_of(text.begin(), text.end(), is_text)) { return refuse("A line of the chunked body holds a control character."); }
  if (m_part == Part::size_line) { return end_size_line(text, body.size()); }
  if (m_part == Part::trailer) { return end_trailer(text); }
  if (!text.empty()) { return refuse("A chunk is longer than its size."); }
  m_part = Part::size_line;
}

void ChunkReader::end_size_line(std::string_view line, std::size_t body_size) {
  const auto digits = std::min(line.find(';'), line.size());
  std::uint64_t size = 0;
  const auto read = std::from_chars(line.data(), line.data() + digits, size, 16);
  const bool whole = digits > 0 && digits <= k_size_digits_max && read.ec == std::errc{} && read.ptr == line.data() + digits;
  if (!whole || line.front() == '-') { return refuse("A chunk's size is not a hexadecimal number."); }
  m_extras += line.size() - digits;
  if (m_extras > k_extras_max) { return refuse("The chunk extensions are longer than 4096 bytes."); }
  if (size > m_body_bytes_max || body_size + size > m_body_bytes_max) {
    m_refusal = Refusal{413, "body_too_large", "The body is longer than " + std::to_string(m_body_bytes_max) + " bytes."};
    return;
  }
  m_remaining = size;
  m_part = size == 0 ? Part::trailer : Part::data;
}

void ChunkReader::end_trailer(std::string_view line) {
  if (line.empty()) {
    m_part = Part::done;
    return;
  }
  m_extras += line.size();
  if (m_extras > k_extras_max) { return refuse("The trailers are longer than 4096 bytes."); }
  const auto colon = line.find(':');
  const bool named = colon != std::string_view::npos && colon > 0 && line.substr(0, colon).find_first_of(" \t") == std::string_view::npos;
  if (!named) { refuse("A trailer is malformed."); }
}

}  // namespace bizcomms::http
