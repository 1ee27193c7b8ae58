// A folder of HackerNews stories for the simulator, of which more and more come to the top.
#pragma once

#include <filesystem>
#include <string>

namespace bizcomms::test {

class Stories {
public:
  Stories();   // a temporary folder, with no story at the top yet
  ~Stories();  // gone with it
  Stories(const Stories&) = delete;
  Stories& operator=(const Stories&) = delete;

  [[nodiscard]] std::string folder() const { return m_folder; }
  [[nodiscard]] int count() const { return m_count; }
  // One more at the top: the text of its alert, as a phone shows it.
  std::string add();

private:
  void write_top() const;

  std::filesystem::path m_folder;
  int m_count = 0;
};

}  // namespace bizcomms::test
