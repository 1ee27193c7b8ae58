#include "system/small_volume.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace bizcomms::test {

std::unique_ptr<SmallVolume> SmallVolume::mount(int mib) {
  std::string name = (std::filesystem::temp_directory_path() / "bizcomms-volume-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) { return nullptr; }
  auto volume = std::unique_ptr<SmallVolume>(new SmallVolume(name));
  const std::string size = "mode=0755,size=" + std::to_string(mib) + "m";
  const bool mounted = unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       ::mount("tmpfs", name.c_str(), "tmpfs", 0, size.c_str()) == 0;
  return mounted ? std::move(volume) : nullptr;
}

SmallVolume::~SmallVolume() {
  umount2(m_folder.c_str(), MNT_DETACH);
  rmdir(m_folder.c_str());
}

void SmallVolume::fill() {
  const int file = open((m_folder / "ballast").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string block(4096, 'x');
  while (write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size())) {}
  close(file);
}

void SmallVolume::free() { std::filesystem::remove(m_folder / "ballast"); }

}  // namespace bizcomms::test
