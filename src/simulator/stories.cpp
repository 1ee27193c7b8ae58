#include "simulator/stories.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace bizcomms::simulator {
namespace {

constexpr std::string_view k_file_suffix = ".json";
constexpr std::string_view k_null = "null";

// Invented. Among them what a poller must cope with: entities, no url, a job, a dead one, and 9000013, whose item is null.
constexpr std::string_view k_top =
    "[9000001,9000002,9000003,9000004,9000005,9000006,9000007,9000008,9000009,9000010,9000011,9000012,9000013]";
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> k_items{{
    {"9000001",
     R"({"by":"marit","descendants":212,"id":9000001,"score":841,"time":1767254400,"title":"We replaced 40 microservices with one binary and a queue","type":"story","url":"https://engineering.example.com/one-binary"})"},
    {"9000002",
     R"({"by":"okonkwo","descendants":95,"id":9000002,"score":377,"time":1767255300,"title":"Show HN: A phone simulator for testing SMS &amp; voice alerts","type":"story","url":"https://phones.example.org/"})"},
    {"9000003",
     R"({"by":"lindqvist","descendants":148,"id":9000003,"score":290,"text":"Ours is &quot;a graph nobody opens&quot;.","time":1767256200,"title":"Ask HN: What&#x27;s the most useless alert you&#x27;ve ever been paged for?","type":"story"})"},
    {"9000004",
     R"({"by":"tanaka","descendants":61,"id":9000004,"score":254,"time":1767257100,"title":"Why &quot;exactly once&quot; is a lie &ndash; and how to live with it","type":"story","url":"https://distributed.example.net/exactly-once"})"},
    {"9000005",
     R"({"by":"ferreira","descendants":33,"id":9000005,"score":198,"time":1767258000,"title":"A caf&eacute; in Lisbon runs its tills on a 1989 mini-computer","type":"story","url":"https://retro.example.com/cafe"})"},
    {"9000006",
     R"({"by":"acmejobs","id":9000006,"score":1,"time":1767258900,"title":"Acme (YC W26) is hiring an on-call engineer who sleeps well","type":"job","url":"https://acme.example.com/jobs"})"},
    {"9000007",
     R"({"by":"novak","descendants":402,"id":9000007,"score":1203,"time":1767259800,"title":"PostgreSQL is enough","type":"story","url":"https://databases.example.org/postgresql-is-enough"})"},
    {"9000008",
     R"({"dead":true,"id":9000008,"time":1767260700,"title":"Buy cheap followers now","type":"story","url":"https://spam.example.com/"})"},
    {"9000009",
     R"({"by":"hale","descendants":77,"id":9000009,"parts":[9000101,9000102],"score":143,"text":"","time":1767261600,"title":"Poll: Do you read alerts on your watch?","type":"poll"})"},
    {"9000010",
     R"({"by":"dubois","descendants":18,"id":9000010,"score":121,"time":1767262500,"title":"Measuring the curvature of a bridge with two phones &lt; 1 mm error","type":"story","url":"https://measuring.example.net/bridge?phones=2&unit=mm"})"},
    {"9000011",
     R"({"by":"petrova","descendants":54,"id":9000011,"score":109,"time":1767263400,"title":"The lost art of the pager 📟","type":"story","url":"https://history.example.org/pager"})"},
    {"9000012",
     R"({"by":"silva","descendants":9,"id":9000012,"score":87,"time":1767264300,"title":"Time zones, leap seconds and other people&#39;s calendars","type":"story","url":"https://time.example.com/zones"})"},
}};

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) { return std::nullopt; }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

http::Response json_answer(std::string body) { return {.body = std::move(body)}; }

}  // namespace

Status Stories::check() const {
  if (m_folder.empty() || read_file(m_folder + "/topstories.json")) { return {}; }
  return Error{.code = ErrorCode::misconfigured, .message = "The stories folder " + m_folder + " has no readable topstories.json."};
}

std::string Stories::top() const {
  if (m_folder.empty()) { return std::string(k_top); }
  return read_file(m_folder + "/topstories.json").value_or(std::string(k_null));
}

std::string Stories::item(const std::string& name) const {
  if (!name.ends_with(k_file_suffix)) { return std::string(k_null); }
  const std::string id = name.substr(0, name.size() - k_file_suffix.size());
  const bool is_number = !id.empty() && id.size() <= 19 && id.find_first_not_of("0123456789") == std::string::npos;  // never a path
  if (!is_number) { return std::string(k_null); }
  if (!m_folder.empty()) { return read_file(m_folder + "/item/" + id + ".json").value_or(std::string(k_null)); }
  const auto* const found = std::find_if(k_items.begin(), k_items.end(), [&](const auto& entry) { return entry.first == id; });
  return std::string(found == k_items.end() ? k_null : found->second);
}

std::vector<http::Route> Stories::routes() const {
  return {{"GET", "/v0/topstories.json", [this](const http::Request&) { return json_answer(top()); }},
          {"GET", "/v0/item/{name}",
           [this](const http::Request& request) { return json_answer(item(request.captures.empty() ? "" : request.captures.front())); }}};
}

}  // namespace bizcomms::simulator
