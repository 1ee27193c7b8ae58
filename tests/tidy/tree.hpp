// The source tree as the tidy tests look at it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bizcomms::tidy {

struct SourceFile {
  std::string path;  // from the root: "src/base/log.cpp"
  std::vector<std::string> lines;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_cpp() const;  // .cpp and .hpp
  [[nodiscard]] bool is_under(std::string_view folder) const { return path.starts_with(folder); }
};

// Every text file of the repository; nothing that was built.
[[nodiscard]] const std::vector<SourceFile>& tree();
[[nodiscard]] const SourceFile& file(std::string_view path);

// src/CMakeLists.txt: each module with those it may include, in the order of the lines.
struct Module {
  std::string name;
  std::set<std::string> uses;
};
[[nodiscard]] std::vector<Module> modules();

// "src/http/server.cpp" and "include/bizcomms/http/server.hpp" are "http"; "" outside the modules.
[[nodiscard]] std::string module_of(const SourceFile& file);

struct Include {
  int line = 0;
  std::string name;
  bool angled = false;
};
[[nodiscard]] std::vector<Include> includes(const SourceFile& file);

// "src/base/log.cpp:12"
[[nodiscard]] std::string place(const SourceFile& file, std::size_t index_of_line);

// The line with its text literals, and with its comments, blanked.
[[nodiscard]] std::string without_literals(const std::string& line);
[[nodiscard]] std::string without_comment(const std::string& line);

}  // namespace bizcomms::tidy
