#include "support/stories.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace bizcomms::test {
namespace {

constexpr int k_first_story = 50'000'000;

}  // namespace

Stories::Stories() {
  std::string name = (std::filesystem::temp_directory_path() / "bizcomms-stories-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) { throw std::runtime_error("no temporary folder to be had"); }
  m_folder = name;
  std::filesystem::create_directory(m_folder / "item");
  write_top();
}

Stories::~Stories() {
  std::error_code ignored;
  std::filesystem::remove_all(m_folder, ignored);
}

std::string Stories::add() {
  const int id = k_first_story + m_count++;
  const std::string title = fmt::format("Story {} of the campaign", id);
  const std::string url = fmt::format("https://stories.example.org/{}", id);
  std::ofstream(m_folder / "item" / fmt::format("{}.json", id))
      << fmt::format(R"({{"by":"ann","id":{},"score":1,"time":1767254400,"title":"{}","type":"story","url":"{}"}})", id, title, url);
  write_top();
  return fmt::format("New HackerNews Story\n{}\n{}", title, url);
}

// Renamed into its place: a reader never sees half of it.
void Stories::write_top() const {
  std::string ids;
  for (int i = m_count; i > 0; --i) { ids += (ids.empty() ? "" : ",") + std::to_string(k_first_story + i - 1); }
  std::ofstream(m_folder / "next.json") << "[" + ids + "]";
  std::filesystem::rename(m_folder / "next.json", m_folder / "topstories.json");
}

}  // namespace bizcomms::test
