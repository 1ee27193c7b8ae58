#include "aws/token_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace bizcomms::aws {
namespace {

constexpr std::size_t k_token_length_max = 20'000;  // STS takes no longer ones
constexpr std::size_t k_excerpt_length_max = 200;
constexpr std::size_t k_telling_length = 16;  // so much of a token is found where only a part of it is quoted

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

Error token_fault(std::string message) { return Error{.code = ErrorCode::misconfigured, .message = std::move(message)}; }

}  // namespace

Result<Secret> token_in(std::string_view text, const std::string& origin) {
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);  // nothing found is npos, and npos + 1 is 0
  if (text.empty()) { return token_fault(fmt::format("{} is empty.", origin)); }
  if (text.size() > k_token_length_max) { return token_fault(fmt::format("{} is longer than a token can be.", origin)); }
  if (!std::all_of(text.begin(), text.end(), is_visible)) { return token_fault(fmt::format("{} is not a token on one line.", origin)); }
  return Secret(std::string(text));
}

Result<Secret> read_token_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(k_token_length_max + 100, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) {
    return token_fault(fmt::format("The token file {} cannot be read. Where the process is not root, its pod needs an fsGroup.", path));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return token_in(text, fmt::format("The token file {}", path));
}

std::string excerpt(std::string_view text, const Secret& secret) {
  const auto quoted = secret.empty() ? std::string_view::npos : text.find(std::string_view(secret.reveal()).substr(0, k_telling_length));
  std::string line(text.substr(0, std::min(quoted, k_excerpt_length_max)));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return !is_visible(c); }, ' ');
  return line;
}

}  // namespace bizcomms::aws
