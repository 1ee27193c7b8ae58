// What `bizcomms dev` keeps: its folder, the API key it shows, the people it sends to.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/base/ids.hpp"
#include "bizcomms/store/api_keys.hpp"

namespace bizcomms::app {

// The folder asked for; else /var/lib/bizcomms-dev for root, $XDG_DATA_HOME/bizcomms-dev or ~/.local/share/bizcomms-dev. Absolute.
// `misconfigured` where neither HOME nor XDG_DATA_HOME is set.
[[nodiscard]] Result<std::filesystem::path> data_folder(const std::string& asked, const std::map<std::string, std::string>& environment,
                                                        bool root);

// The key of before where it is still in force; a new one otherwise. Kept in the file "api-key", readable by its owner alone.
[[nodiscard]] Result<std::string> demo_key(const std::filesystem::path& folder, store::ApiKeys& keys);

inline constexpr int k_demo_recipients = 20;
[[nodiscard]] alert::RecipientDraft demo_recipient(int index);  // 0 … 19
// Makes them where the folder has no note that they were made; how many.
[[nodiscard]] Result<int> make_demo_recipients(const std::filesystem::path& folder, alert::RecipientStore& recipients, IdSource& ids);

}  // namespace bizcomms::app
