#include "rootfs/tree_files.hpp"

#include <string.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <system_error>

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
  // As GNU does it: 6.1.0-9 comes before 6.1.0-10.
  std::sort(versions.begin(), versions.end(),
            [](const auto& a, const auto& b) { return ::strverscmp(a.c_str(), b.c_str()) < 0; });
  return versions;
}

}  // namespace rootstock::rootfs
