#include "tftp/request_path.hpp"

#include <algorithm>

namespace rootstock::tftp {

namespace {

constexpr std::size_t longest_name = 1024;  // no boot loader comes near; Linux stops at 4096
constexpr std::size_t longest_part = 255;   // NAME_MAX

bool unprintable(unsigned char c) { return c < 0x20 || c == 0x7f; }

}  // namespace

std::string_view text(PathFault fault) {
  switch (fault) {
    case PathFault::empty: return "empty name";
    case PathFault::too_long: return "name too long";
    case PathFault::climbs: return "name with ..";
    case PathFault::unprintable: return "name with control characters";
  }
  return "bad name";
}

Result<std::string, PathFault> request_path(std::string_view name) {
  if (name.size() > longest_name) return tl::unexpected{PathFault::too_long};
  if (std::ranges::any_of(name, unprintable)) return tl::unexpected{PathFault::unprintable};
  std::string path;
  path.reserve(name.size());
  while (!name.empty()) {
    const auto end = std::min(name.find_first_of("/\\"), name.size());
    const auto part = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") return tl::unexpected{PathFault::climbs};
    if (part.size() > longest_part) return tl::unexpected{PathFault::too_long};
    if (!path.empty()) path += '/';
    path += part;
  }
  if (path.empty()) return tl::unexpected{PathFault::empty};
  return path;
}

}  // namespace rootstock::tftp
