// Careful callers: each alert has a key of its own and is posted to whichever cell takes it, again until one has answered 202. They keep
// a record of what was accepted. Stories come to the top of HackerNews meanwhile.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bizcomms/base/random.hpp"
#include "drill/site.hpp"
#include "support/stories.hpp"

namespace bizcomms::drill {

// Whom an alert is for: a tag that people have.
inline constexpr int k_groups = 4;
inline constexpr const char* k_story_tag = "hackernews";
[[nodiscard]] std::vector<std::string> tags_of(int person);

struct Post {
  std::string key;
  std::string body;
  std::string text;  // as the phone shows it
  std::string tag;
};

struct Accepted {
  Post post;
  std::string id;
  std::size_t cell = 0;  // that answered 202
  SteadyTime at{};
};

// Thread-safe, but for the sites, which must be up or down, not gone.
class Callers {
public:
  Callers(std::array<Site*, 2> sites, std::uint64_t seed, double alerts_per_second, test::Stories& stories);

  void go() { m_going = true; }
  [[nodiscard]] bool pause();  // false where a post still finds no taker
  [[nodiscard]] std::vector<Accepted> accepted() const;
  [[nodiscard]] int accepted_by(std::size_t cell) const;
  [[nodiscard]] std::optional<SteadyTime> first_accepted(std::size_t cell, SteadyTime since) const;
  [[nodiscard]] std::optional<SteadyTime> last_accepted(std::size_t cell, SteadyTime before) const;
  // Every text that was posted or put at the top, whatever became of it, with the tag of those it is for.
  [[nodiscard]] std::map<std::string, std::string> texts() const;
  // As a caller does who finds that what was accepted is not there: the same post with the same key, to that cell.
  [[nodiscard]] bool raise_again(const Accepted& lost, std::size_t cell);

  [[nodiscard]] int refused() const { return m_refused; }        // 503
  [[nodiscard]] int unanswered() const { return m_unanswered; }  // no answer
  [[nodiscard]] int rude() const { return m_rude; }              // 503 without Retry-After, or any other answer

private:
  void post_all(const std::stop_token& stop);
  [[nodiscard]] Post next_post();
  void place(const Post& post, const std::stop_token& stop);
  [[nodiscard]] bool try_at(std::size_t cell, const Post& post);

  const std::array<Site*, 2> m_sites;
  const double m_pace;
  mutable std::mutex m_mutex;  // guards the next five
  Random m_random;
  int m_posts = 0;
  test::Stories& m_stories;
  std::vector<Accepted> m_accepted;
  std::map<std::string, std::string> m_texts;
  std::atomic<bool> m_going = false;
  std::atomic<int> m_busy = 0;
  std::atomic<int> m_refused = 0;
  std::atomic<int> m_unanswered = 0;
  std::atomic<int> m_rude = 0;
  std::atomic<std::size_t> m_preferred = 0;  // who took the last one
  std::array<std::jthread, 2> m_threads;
};

}  // namespace bizcomms::drill
