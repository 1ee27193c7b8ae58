#include "bizcomms/twilio/signature.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::twilio {
namespace {

std::string signed_base64(const Secret& token, const std::string& text) {
  return crypto::to_base64(crypto::hmac_sha1(token.reveal(), text));
}

// Sorted by name, byte by byte; repeated values of a name once, sorted: as twilio-python does.
std::string all_values(const http::Parameters& form) {
  std::map<std::string_view, std::set<std::string_view>> sorted;
  for (const auto& [name, value] : form) { sorted[name].insert(value); }
  std::string text;
  for (const auto& [name, values] : sorted) {
    for (const std::string_view value : values) { text.append(name).append(value); }
  }
  return text;
}

// Of each name the first value: as twilio-go does.
std::string first_values(const http::Parameters& form) {
  std::map<std::string_view, std::string_view> sorted;
  for (const auto& [name, value] : form) { sorted.try_emplace(name, value); }
  std::string text;
  for (const auto& [name, value] : sorted) { text.append(name).append(value); }
  return text;
}

// The part of "https://host:port" before the port, and the port with its colon.
std::pair<std::string, std::string> split_port(const std::string& url) {
  const auto colon = url.rfind(':');
  const bool is_port =
      colon != std::string::npos && colon + 1 < url.size() && url.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  if (!is_port) { return {url, ""}; }
  return {url.substr(0, colon), url.substr(colon)};
}

// The forms of our public address that Twilio may have signed: as configured, without port, with the standard one.
std::vector<std::string> bases(const std::string& public_url) {
  const auto [host, port] = split_port(public_url);
  const std::string standard = host.starts_with("https://") ? ":443" : ":80";
  std::vector<std::string> result = {host + port};
  if (!port.empty()) { result.push_back(host); }
  if (port != standard) { result.push_back(host + standard); }
  return result;
}

// The texts behind the URL that may have been signed; empty when a body's hash is wrong.
std::vector<std::string> bodies(const http::Request& request, const http::Parameters& form) {
  if (const auto hash = http::find(request.query, "bodySHA256")) {
    const std::string ours = crypto::to_hex(crypto::sha256(request.body));
    return crypto::equal_in_constant_time(ours, *hash) ? std::vector<std::string>{""} : std::vector<std::string>{};
  }
  std::vector<std::string> texts = {all_values(form)};
  if (std::string first = first_values(form); first != texts.front()) { texts.push_back(std::move(first)); }
  return texts;
}

}  // namespace

std::string signature(const Secret& token, std::string_view url, const http::Parameters& form) {
  return signed_base64(token, std::string(url) + all_values(form));
}

bool is_signed_by_twilio(const Settings& settings, const http::Request& request, const http::Parameters& form) {
  const auto given = request.headers.find("X-Twilio-Signature");
  if (!given || settings.public_url.empty()) { return false; }
  const auto live = settings.auth_token.accepted();
  std::vector<const Secret*> tokens;
  for (const auto& token : live) { tokens.push_back(token.get()); }
  for (const Secret& former : settings.former_auth_tokens) { tokens.push_back(&former); }
  const std::vector<std::string> texts = bodies(request, form);
  bool matches = false;
  for (const std::string& base : bases(settings.public_url)) {
    for (const std::string& text : texts) {
      std::string whole = base;
      whole.append(request.target).append(text);
      for (const Secret* const token : tokens) {
        const bool equal = !token->empty() && crypto::equal_in_constant_time(signed_base64(*token, whole), *given);
        matches = matches || equal;  // no early end: all forms are tried whatever matched
      }
    }
  }
  return matches;
}

}  // namespace bizcomms::twilio
