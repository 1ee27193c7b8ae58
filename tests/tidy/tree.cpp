#include "tidy/tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace bizcomms::tidy {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> k_not_ours{".git", "build"};
const std::set<std::string> k_text_endings{".cpp",  ".hpp",  ".md", ".txt", ".cmake", ".json", ".sql",
                                           ".toml", ".html", ".py", ".lua", ".css",   ".js",   ""};

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream stream(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) { lines.push_back(line); }
  return lines;
}

std::vector<SourceFile> read_tree() {
  std::vector<SourceFile> files;
  const fs::path root = SOURCE_DIR;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry.depth() == 0 && k_not_ours.contains(entry->path().filename().string())) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file() || !k_text_endings.contains(entry->path().extension().string())) { continue; }
    files.push_back({fs::relative(entry->path(), root).string(), lines_of(entry->path())});
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace

std::string SourceFile::text() const {
  std::string text;
  for (const auto& line : lines) { text += line + "\n"; }
  return text;
}

bool SourceFile::is_cpp() const { return path.ends_with(".cpp") || path.ends_with(".hpp"); }

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_tree();
  return files;
}

const SourceFile& file(std::string_view path) {
  for (const auto& file : tree()) {
    if (file.path == path) { return file; }
  }
  throw std::runtime_error("there is no file " + std::string(path));
}

std::vector<Module> modules() {
  const auto text = file("src/CMakeLists.txt").text();
  const std::regex line(R"((?:^|\n)module\(([^)]*)\))");
  std::vector<Module> modules;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), line); match != std::sregex_iterator(); ++match) {
    std::istringstream words((*match)[1].str());
    Module module;
    words >> module.name;
    bool uses = false;
    for (std::string word; words >> word;) {
      if (word == "USES" || word == "LIBRARIES" || word == "PRIVATE") {
        uses = word == "USES";
      } else if (uses) {
        module.uses.insert(word);
      }
    }
    modules.push_back(std::move(module));
  }
  return modules;
}

std::string module_of(const SourceFile& file) {
  for (const std::string_view folder : {"src/", "include/bizcomms/"}) {
    if (!file.is_under(folder)) { continue; }
    const auto rest = file.path.substr(folder.size());
    const auto slash = rest.find('/');
    return slash == std::string::npos ? "" : rest.substr(0, slash);
  }
  return "";
}

std::vector<Include> includes(const SourceFile& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> found;
  std::smatch match;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (std::regex_search(file.lines[i], match, pattern)) { found.push_back({static_cast<int>(i) + 1, match[2], match[1] == "<"}); }
  }
  return found;
}

std::string place(const SourceFile& file, std::size_t index_of_line) { return file.path + ":" + std::to_string(index_of_line + 1); }

std::string without_literals(const std::string& line) {
  static const std::regex literal(R"("(?:[^"\\]|\\.)*")");
  return std::regex_replace(line, literal, "\"\"");
}

std::string without_comment(const std::string& line) {
  const auto blanked = without_literals(line);
  const auto comment = blanked.find("//");
  if (comment == std::string::npos) { return line; }
  const auto in_line = line.rfind("//");
  return line.substr(0, in_line);
}

}  // namespace bizcomms::tidy
