#pragma once
// The names of a generation's boot files: a value, so that a name that is not there costs no look at the
// disk. Boards ask for many.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rootstock::server {

class Inventory {
 public:
  Inventory() = default;
  /// Paths below the generation's folder: "kernel", "boot/firmware/start4.elf" ...
  explicit Inventory(std::vector<std::string> paths) : paths_(std::move(paths)) { std::ranges::sort(paths_); }

  bool has(std::string_view path) const { return std::ranges::binary_search(paths_, path, std::less<>{}); }
  /// Is there a path that starts like this?
  bool has_any(std::string_view start) const {
    const auto found = std::ranges::lower_bound(paths_, start, std::less<>{});
    return found != paths_.end() && found->starts_with(start);
  }

 private:
  std::vector<std::string> paths_;
};

}  // namespace rootstock::server
