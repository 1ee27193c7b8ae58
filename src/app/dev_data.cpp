#include "app/dev_data.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "app/api_key.hpp"
#include "bizcomms/api/key_ring.hpp"

namespace bizcomms::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_key_name = "demo";

struct Person {
  std::string_view name;
  std::string_view tags;  // "a b"
  bool voice;
};
constexpr std::array<Person, k_demo_recipients> k_people{{{"Ada Bell", "tech news", true},
                                                          {"Bruno Castillo", "tech hackernews", false},
                                                          {"Chen Wei", "tech hackernews", false},
                                                          {"Dora Eriksen", "news", false},
                                                          {"Emeka Falana", "tech news hackernews", true},
                                                          {"Fatima Ghazi", "news", false},
                                                          {"Goran Horvat", "ops", true},
                                                          {"Hana Ito", "ops tech", false},
                                                          {"Ines Jardim", "news", false},
                                                          {"Jakub Kowal", "tech hackernews", false},
                                                          {"Keiko Lind", "ops", true},
                                                          {"Liam Murphy", "news", false},
                                                          {"Maya Nair", "tech hackernews", false},
                                                          {"Noah Osei", "tech", false},
                                                          {"Olga Petrova", "ops news", true},
                                                          {"Paulo Quintas", "news", false},
                                                          {"Qamar Raza", "tech hackernews", false},
                                                          {"Rosa Salas", "tech news", false},
                                                          {"Sven Thorsen", "ops", false},
                                                          {"Tala Ueda", "news", false}}};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words{"demo"};
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(words.begin(), words.end());
  return words;
}

std::string read_line(const fs::path& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line;
}

Status write_private(const fs::path& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool written =
      file >= 0 && ::fchmod(file, S_IRUSR | S_IWUSR) == 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) { ::close(file); }
  if (written) { return {}; }
  return Error{ErrorCode::misconfigured,
               fmt::format("The file {} cannot be written; check the folder's owner, or give --data another folder.", path.string())};
}

Result<bool> in_force(store::ApiKeys& keys, const std::string& key) {
  const auto active = keys.active();
  if (!active) { return active.error(); }
  const auto hash = api::hash_of(key);
  return std::any_of(active->begin(), active->end(), [&](const store::ApiKey& known) { return known.hash == hash; });
}

Result<std::string> fresh_key(store::ApiKeys& keys) {
  auto key = create_api_key(keys, k_key_name);
  if (key || key.error().code != ErrorCode::conflict) { return key; }
  if (auto revoked = keys.revoke(k_key_name); !revoked) { return revoked.error(); }
  return create_api_key(keys, k_key_name);
}

}  // namespace

Result<fs::path> data_folder(const std::string& asked, const std::map<std::string, std::string>& environment, bool root) {
  if (!asked.empty()) { return fs::absolute(asked); }
  if (root) { return fs::path("/var/lib/bizcomms-dev"); }
  if (const auto xdg = environment.find("XDG_DATA_HOME"); xdg != environment.end() && xdg->second.starts_with('/')) {
    return fs::path(xdg->second) / "bizcomms-dev";
  }
  if (const auto home = environment.find("HOME"); home != environment.end() && home->second.starts_with('/')) {
    return fs::path(home->second) / ".local/share/bizcomms-dev";
  }
  return Error{ErrorCode::misconfigured, "There is no home folder to keep data in; give --data a folder."};
}

Result<std::string> demo_key(const fs::path& folder, store::ApiKeys& keys) {
  const auto path = folder / "api-key";
  auto kept = read_line(path);
  if (!kept.empty()) {
    const auto known = in_force(keys, kept);
    if (!known) { return known.error(); }
    if (*known) { return kept; }
  }
  auto key = fresh_key(keys);
  if (!key) { return key; }
  if (auto written = write_private(path, *key + "\n"); !written) { return written.error(); }
  return key;
}

alert::RecipientDraft demo_recipient(int index) {
  const auto& person = k_people.at(static_cast<std::size_t>(index));
  alert::RecipientDraft draft;
  draft.name = person.name;
  draft.phone_number = fmt::format("+1555010{:04}", 1001 + index);
  draft.preferences = {.sms_enabled = true, .voice_enabled = person.voice};
  draft.tags = words_of(person.tags);
  return draft;
}

Result<int> make_demo_recipients(const fs::path& folder, alert::RecipientStore& recipients, IdSource& ids) {
  const auto note = folder / "demo-recipients";
  if (fs::exists(note)) { return 0; }
  int made = 0;
  for (int i = 0; i < k_demo_recipients; ++i) {
    const auto created = recipients.create(ids.next<alert::RecipientId>(), demo_recipient(i));
    if (!created && created.error().code != ErrorCode::conflict) { return created.error(); }
    made += created ? 1 : 0;
  }
  if (auto written = write_private(note, "made\n"); !written) { return written.error(); }
  return made;
}

}  // namespace bizcomms::app
