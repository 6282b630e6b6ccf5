#pragma once
// What the store holds, remembered: a booting board asks for dozens of names, and a board that cannot boot
// asks without end. A look at the clock of two files says whether it is still so (edge: the disk).

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "config/result.hpp"
#include "rootfs/store.hpp"
#include "server/boot/inventory.hpp"

namespace rootstock::server {

class Generations {
 public:
  explicit Generations(const std::filesystem::path& images) : store_(images) {}

  /// What a board of this architecture boots if it starts now. "" as in rootfs::Store::active.
  Result<rootfs::Generation, Failure> active(const std::string& image, std::string_view architecture) const;
  Result<rootfs::Generation, Failure> find(const std::string& label) const;
  /// The names of its boot files; empty when there is no such generation.
  std::shared_ptr<const Inventory> inventory(const std::string& label) const;

 private:
  /// Device, inode, time of change: a file that was replaced is another one.
  using Identity = std::tuple<std::uint64_t, std::uint64_t, std::int64_t>;
  static Identity identity_of(const std::filesystem::path& path);

  struct Active {
    Identity list, folder;
    rootfs::Generation generation;
  };
  struct Listed {
    Identity folder;
    std::shared_ptr<const Inventory> names;
  };

  rootfs::Store store_;
  mutable std::map<std::string, Active> active_;  // by image and architecture
  mutable std::map<std::string, Listed> listed_;  // by label
};

}  // namespace rootstock::server
