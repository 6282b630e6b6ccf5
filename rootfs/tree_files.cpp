#include "rootfs/tree_files.hpp"

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <system_error>

#include "rootfs/kernel_choice.hpp"

namespace rootstock::rootfs {
namespace fs = std::filesystem;

fs::path inside(const fs::path& tree, const fs::path& path) {
  constexpr int most_links = 40;  // as in the kernel
  fs::path done;                  // below the tree, no links in it
  std::deque<fs::path> rest(path.begin(), path.end());
  for (int links = 0; !rest.empty();) {
    const auto part = rest.front();
    rest.pop_front();
    if (part.empty() || part == "/" || part == ".") continue;
    if (part == "..") {
      done = done.parent_path();
      continue;
    }
    std::error_code error;
    const auto target = fs::read_symlink(tree / done / part, error);
    if (error || ++links > most_links) {
      done /= part;
      continue;
    }
    if (target.is_absolute()) done.clear();
    rest.insert(rest.begin(), target.begin(), target.end());
  }
  return tree / done;
}

Result<void, Failure> write_file(const fs::path& file, std::string_view content, fs::perms mode) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  fs::remove(file, error);
  std::ofstream out(file, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) return fail("cannot write " + file.string() + ": " + std::strerror(errno));
  fs::permissions(file, mode, error);
  if (error) return fail("cannot set the mode of " + file.string() + ": " + error.message());
  return {};
}

fs::path busybox_of(const fs::path& tree) {
  for (const auto* path : {"/bin/busybox", "/usr/bin/busybox"})
    if (const auto file = inside(tree, path); fs::exists(file)) return file;
  return inside(tree, "/bin/busybox");
}

std::vector<std::string> kernel_versions(const fs::path& tree) {
  std::vector<std::string> versions;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(inside(tree, "/lib/modules"), error))
    if (fs::exists(entry.path() / "modules.dep")) versions.push_back(entry.path().filename());
  return versions;
}

fs::path kernel_file(const fs::path& tree, const std::string& version) {
  std::vector<fs::path> places{"/boot/vmlinuz-" + version, "/lib/modules/" + version + "/vmlinuz"};
  // Raspberry Pi OS has its v8 kernel on the boot partition, and up to 2023 only there.
  if (version.ends_with("v8") || version.ends_with("v8+"))
    places.insert(places.end(), {"/boot/firmware/kernel8.img", "/boot/kernel8.img"});
  for (const auto& place : places)
    if (auto file = inside(tree, place); fs::is_regular_file(file)) return file;
  return inside(tree, places.front());
}

std::string kernel_of(const fs::path& tree) {
  auto versions = kernel_versions(tree), whole = versions;
  std::erase_if(whole, [&](const auto& version) { return !fs::exists(kernel_file(tree, version)); });
  return choose_kernel(whole.empty() ? std::move(versions) : std::move(whole));
}

}  // namespace rootstock::rootfs
