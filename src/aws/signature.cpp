#include "aws/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace bizcomms::aws {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// What proxies and tracers on the way may touch, and what a signature cannot hold.
constexpr std::array<std::string_view, 5> k_never_signed{"authorization", "connection", "expect", "user-agent", "x-amzn-trace-id"};

std::string_view as_text(const crypto::Sha256& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Without blanks around, and one where there were several.
std::string collapsed(std::string_view value) {
  std::string result;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (!result.empty() && result.back() == ' ') { result.pop_back(); }
  return result;
}

Fields signed_fields(const http::Headers& headers) {
  Fields fields;
  for (const auto& [name, value] : headers.all()) {
    std::string lowered = lower_case(name);
    if (std::find(k_never_signed.begin(), k_never_signed.end(), lowered) != k_never_signed.end()) { continue; }
    const auto same = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == lowered; });
    if (same == fields.end()) {
      fields.emplace_back(std::move(lowered), collapsed(value));
    } else {
      same->second += "," + collapsed(value);
    }
  }
  std::sort(fields.begin(), fields.end());
  return fields;
}

// Encoded once more than it is sent: so for every service but S3.
std::string canonical_path(std::string_view path) {
  std::string result;
  for (std::size_t from = 0; from <= path.size();) {
    const auto slash = std::min(path.find('/', from), path.size());
    result += http::percent_encode(path.substr(from, slash - from));
    if (slash < path.size()) { result += '/'; }
    from = slash + 1;
  }
  return result;
}

// The pairs as they are sent, which is encoded, in order.
std::string canonical_query(std::string_view query) {
  Fields pairs;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) { pairs.emplace_back(pair.substr(0, equals), equals < pair.size() ? pair.substr(equals + 1) : ""); }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string result;
  for (const auto& [name, value] : pairs) { result += fmt::format("{}{}={}", result.empty() ? "" : "&", name, value); }
  return result;
}

std::string names_of(const Fields& fields) {
  std::string names;
  for (const auto& [name, value] : fields) { names += (names.empty() ? "" : ";") + name; }
  return names;
}

}  // namespace

std::string amazon_date(Time time) {
  std::string text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }), text.end());
  return text;
}

std::string scope_text(const Scope& scope) {
  return fmt::format("{}/{}/{}/aws4_request", amazon_date(scope.time).substr(0, 8), scope.region, scope.service);
}

std::string signed_names(const Signable& signable) { return names_of(signed_fields(signable.headers)); }

std::string canonical_request(const Signable& signable) {
  const Fields fields = signed_fields(signable.headers);
  std::string lines;
  for (const auto& [name, value] : fields) { lines += fmt::format("{}:{}\n", name, value); }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", signable.method, canonical_path(signable.url.path), canonical_query(signable.url.query),
                     lines, names_of(fields), crypto::to_hex(crypto::sha256(signable.body)));
}

std::string string_to_sign(std::string_view canonical, const Scope& scope) {
  return fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", amazon_date(scope.time), scope_text(scope), crypto::to_hex(crypto::sha256(canonical)));
}

crypto::Sha256 signing_key(const Secret& secret, const Scope& scope) {
  const auto of_day = crypto::hmac_sha256("AWS4" + secret.reveal(), amazon_date(scope.time).substr(0, 8));
  const auto of_region = crypto::hmac_sha256(as_text(of_day), scope.region);
  const auto of_service = crypto::hmac_sha256(as_text(of_region), scope.service);
  return crypto::hmac_sha256(as_text(of_service), "aws4_request");
}

const crypto::Sha256& SigningKeys::of(const Secret& secret, const Scope& scope) {
  Kept& kept = m_kept[scope.service];
  std::string text = scope_text(scope);
  if (kept.scope != text || kept.secret != secret) { kept = {secret, std::move(text), signing_key(secret, scope)}; }
  return kept.key;
}

void sign(http::ClientRequest& request, const Url& url, const AccessKey& key, const Scope& scope, SigningKeys& keys) {
  request.headers.set("X-Amz-Date", amazon_date(scope.time));
  if (!key.session_token.empty()) { request.headers.set("X-Amz-Security-Token", key.session_token.reveal()); }
  Signable signable{.method = request.method, .url = url, .headers = request.headers, .body = request.body};
  signable.headers.set("Host", url.authority);
  const std::string text = string_to_sign(canonical_request(signable), scope);
  const auto signature = crypto::hmac_sha256(as_text(keys.of(key.secret, scope)), text);
  request.headers.set("Authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}", key.id,
                                                   scope_text(scope), signed_names(signable), crypto::to_hex(signature)));
}

}  // namespace bizcomms::aws
