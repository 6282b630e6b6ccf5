#pragma once
// A file that may be compressed (gzip, xz, zstd, bzip2), as the plain bytes in it (edge: libarchive).

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "config/result.hpp"

struct archive;

namespace rootstock::rootfs {

class CompressedFile {
 public:
  static Result<CompressedFile, Failure> open(const std::filesystem::path& file);

  bool is_compressed() const;
  /// The next bytes, at most `most`; empty at the end.
  Result<std::string, Failure> read(std::size_t most);
  /// Writes the rest into a new file, leaving holes where there is nothing but zeros: a disk image is mostly
  /// that. `progress` gets the read fraction; false stops the work.
  Result<void, Failure> write_to(const std::filesystem::path& out,
                                 const std::function<bool(double)>& progress);

 private:
  using Handle = std::unique_ptr<archive, void (*)(archive*)>;
  CompressedFile(Handle handle, std::filesystem::path file, double size)
      : handle_(std::move(handle)), file_(std::move(file)), size_(size) {}
  Failure broken() const;

  Handle handle_;
  std::filesystem::path file_;
  double size_;
};

}  // namespace rootstock::rootfs
