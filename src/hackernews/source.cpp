#include "bizcomms/hackernews/source.hpp"

#include <algorithm>
#include <stop_token>
#include <utility>

#include "bizcomms/base/time.hpp"
#include "bizcomms/json/reader.hpp"
#include "hackernews/html.hpp"

namespace bizcomms::hackernews {
namespace {

constexpr std::size_t k_body_max = std::size_t{1024} * 1024;
constexpr std::size_t k_title_bytes_max = std::size_t{16} * 1024;

Error no_answer(const std::string& path, std::string cause) {
  return {.code = ErrorCode::unavailable, .message = "HackerNews gave no usable answer to " + path + ".", .cause = std::move(cause)};
}

bool is_temporary(int status) { return status == 429 || status >= 500; }

bool counts_as_story(const std::string& type) { return type == "story" || type == "poll"; }  // Ask and Show are of type story

bool is_link(const std::string& url) { return url.starts_with("http://") || url.starts_with("https://"); }

}  // namespace

std::string page_of(alert::StoryId id) { return "https://news.ycombinator.com/item?id=" + std::to_string(id); }

HackerNewsSource::HackerNewsSource(SourceSettings settings, http::Client& client, const Log& log)
    : m_settings(std::move(settings)), m_client(client), m_log(log), m_random(Random::system_seed()) {
  while (m_settings.base_url.ends_with('/')) { m_settings.base_url.pop_back(); }
}

Result<std::string> HackerNewsSource::get(const std::string& path) {
  std::string cause;
  for (int attempt = 1; attempt <= std::max(1, m_settings.tries); ++attempt) {
    if (attempt > 1) { (void)sleep_for(std::stop_token{}, m_settings.backoff.delay(attempt - 1, m_random)); }
    http::ClientRequest request{.url = m_settings.base_url + path, .timeout = m_settings.timeout, .body_bytes_max = k_body_max};
    request.headers.add("Accept", "application/json");
    auto answer = http::fetch(m_client, std::move(request));
    if (answer && answer->status == 200) { return std::move(answer->body); }
    cause = answer ? "HTTP status " + std::to_string(answer->status) : answer.error().message + " " + answer.error().cause;
    if (answer ? !is_temporary(answer->status) : answer.error().code == ErrorCode::invalid) { break; }
    m_log.debug("HackerNews request failed", {{"path", path}, {"attempt", attempt}, {"cause", cause}});
  }
  return no_answer(path, cause);
}

Result<std::vector<alert::StoryId>> HackerNewsSource::top(int count) {
  const std::string path = "/v0/topstories.json";
  auto body = get(path);
  if (!body) { return body.error(); }
  const auto document = json::Document::parse(*body, {.bytes = k_body_max});
  if (!document || !document->root().is_array()) { return no_answer(path, "the body is no JSON array"); }
  std::vector<alert::StoryId> ids;
  for (const auto& element : document->root().elements()) {
    if (ids.size() >= static_cast<std::size_t>(std::max(0, count))) { break; }
    const auto id = element.as_int();
    if (id && *id > 0 && std::find(ids.begin(), ids.end(), *id) == ids.end()) { ids.push_back(*id); }
  }
  return ids;
}

Result<std::optional<alert::Story>> HackerNewsSource::fetch(alert::StoryId id) {
  const std::string path = "/v0/item/" + std::to_string(id) + ".json";
  auto body = get(path);
  if (!body) { return body.error(); }
  const auto document = json::Document::parse(*body, {.bytes = k_body_max});
  if (!document) { return no_answer(path, document.error().message); }
  const auto item = document->root();
  if (item.is_null()) {
    return Error{.code = ErrorCode::unavailable, .message = "HackerNews lists item " + std::to_string(id) + " but does not show it yet."};
  }
  if (!item.is_object()) { return no_answer(path, "the body is no JSON object"); }
  if (item["deleted"].as_bool().value_or(false) || item["dead"].as_bool().value_or(false)) { return std::optional<alert::Story>{}; }
  if (!counts_as_story(item["type"].as_string().value_or(""))) { return std::optional<alert::Story>{}; }
  const auto title = plain_text(item["title"].as_string().value_or("").substr(0, k_title_bytes_max));
  if (title.empty()) { return std::optional<alert::Story>{}; }
  auto url = item["url"].as_string().value_or("");
  return std::optional<alert::Story>{alert::Story{.id = id, .title = title, .url = is_link(url) ? plain_text(url) : page_of(id)}};
}

}  // namespace bizcomms::hackernews
