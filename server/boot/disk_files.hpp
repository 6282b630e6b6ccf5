#pragma once
// Files of one folder, opened so that no path and no symbolic link leads out of it (edge: the disk).

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "config/result.hpp"
#include "tftp/file_source.hpp"

namespace rootstock::server {

class DiskFiles {
 public:
  /// The folder may appear later; until then every file is missing.
  explicit DiskFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Clients that read the same file at the same time share one descriptor.
  Result<std::shared_ptr<const tftp::File>, tftp::Refusal> open(const std::string& relative);

 private:
  /// Device, inode, size and time of change: a file that was replaced or rewritten is another file.
  using Identity = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int64_t>;

  void forget_closed();

  std::filesystem::path folder_;
  std::map<Identity, std::weak_ptr<const tftp::File>> open_;
};

}  // namespace rootstock::server
