// A volume of few megabytes that can be filled to the last block: a tmpfs, in a mount namespace of the calling thread and of the processes
// it starts from then on, so that nothing of it is left when they end.
#pragma once

#include <filesystem>
#include <memory>

namespace bizcomms::test {

class SmallVolume {
public:
  // Nothing where this user may not mount.
  [[nodiscard]] static std::unique_ptr<SmallVolume> mount(int mib);
  ~SmallVolume();
  SmallVolume(const SmallVolume&) = delete;
  SmallVolume& operator=(const SmallVolume&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
  void fill();  // with a file of no use
  void free();  // of that file

private:
  explicit SmallVolume(std::filesystem::path folder) : m_folder(std::move(folder)) {}
  const std::filesystem::path m_folder;
};

}  // namespace bizcomms::test
