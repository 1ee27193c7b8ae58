// The HackerNews stand-in: /v0/topstories.json and /v0/item/<id>.json, from a folder or built in. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "bizcomms/base/result.hpp"
#include "bizcomms/http/server.hpp"

namespace bizcomms::simulator {

class Stories {
public:
  // An empty folder name: built-in stories. Files are read at each request, so that a folder can change while it is served.
  explicit Stories(std::string folder) : m_folder(std::move(folder)) {}
  // `misconfigured` when the folder has no readable topstories.json.
  [[nodiscard]] Status check() const;
  [[nodiscard]] std::vector<http::Route> routes() const;
  [[nodiscard]] std::string top() const;
  [[nodiscard]] std::string item(const std::string& name) const;  // "8863.json"; "null" when there is none, as Firebase answers

private:
  std::string m_folder;
};

}  // namespace bizcomms::simulator
