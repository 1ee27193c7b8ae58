#include <algorithm>
#include <charconv>

#include "bizcomms/crypto/crypto.hpp"
#include "simulator/courier.hpp"

namespace bizcomms::simulator {
namespace {

std::string without_user(const std::string& url) {
  const auto host = url.find("://");
  if (host == std::string::npos) { return url; }
  const auto end = std::min(url.find_first_of("/?", host + 3), url.size());
  const auto at = url.rfind('@', end);
  if (at == std::string::npos || at < host) { return url; }
  return url.substr(0, host + 3) + url.substr(at + 1);
}

void bounded(std::string_view text, long min, long max, long& to) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= min && value <= max) { to = value; }
}

void apply(Overrides& overrides, std::string_view key, std::string_view value) {
  long number = -1;
  bounded(value, key == "rc" ? 0 : 100, key == "rc" ? 5 : key == "ct" ? 10'000 : 15'000, number);
  if (key == "rp") { overrides.policy = value; }
  if (number < 0) { return; }
  if (key == "rc") { overrides.retries = static_cast<int>(number); }
  if (key == "ct") { overrides.connect = Millis{number}; }
  if (key == "rt") { overrides.read = Millis{number}; }
  if (key == "tt") { overrides.total = Millis{number}; }
}

}  // namespace

std::string without_fragment(const std::string& url) { return url.substr(0, url.find('#')); }

Overrides parse_overrides(const std::string& url) {
  Overrides overrides;
  const auto hash = url.find('#');
  std::string_view rest = hash == std::string::npos ? std::string_view{} : std::string_view(url).substr(hash + 1);
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos) { apply(overrides, pair.substr(0, equals), pair.substr(equals + 1)); }
  }
  return overrides;
}

std::string signature(const Secret& auth_token, const std::string& url, http::Parameters parameters) {
  std::string text = without_user(without_fragment(url));
  std::stable_sort(parameters.begin(), parameters.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [name, value] : parameters) { text += name + value; }
  return crypto::to_base64(crypto::hmac_sha1(auth_token.reveal(), text));
}

}  // namespace bizcomms::simulator
