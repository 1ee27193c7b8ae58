// Reading bizcomms.toml: flat keys, each a text, a number, a truth or a list of texts.
#pragma once

#include <string>
#include <vector>

#include "bizcomms/base/result.hpp"

namespace bizcomms::app {

struct FileEntry {
  std::string key;
  std::string text;  // as a flag would write it
  int line = 0;
};

// `misconfigured` with a sentence that names the file, and the line where there is one.
[[nodiscard]] Result<std::vector<FileEntry>> read_config_file(const std::string& path);
[[nodiscard]] Result<std::vector<FileEntry>> parse_config(const std::string& text, const std::string& path);

}  // namespace bizcomms::app
