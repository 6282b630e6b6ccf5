#pragma once
// Archives through libarchive (edge): writing cpio and tar, the same input giving the same bytes; reading
// them back; unpacking a root tarball without letting it leave the tree.

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/result.hpp"

struct archive;
struct archive_entry;

namespace rootstock::rootfs {

enum class ArchiveFormat : std::uint8_t { newc, tar };
enum class Compression : std::uint8_t { none, gzip, xz, zstd };

/// One entry, apart from its content. `mode` carries the type as in stat(2): S_IFREG, S_IFDIR, S_IFLNK,
/// S_IFCHR ...
struct ArchiveEntry {
  std::string path;
  std::uint32_t mode = S_IFREG | 0644;
  std::int64_t uid = 0, gid = 0;
  std::int64_t mtime = 0;
  std::string target;                  ///< of a symbolic link
  std::string hardlink;                ///< path of the entry it is another name of
  std::uint32_t major = 0, minor = 0;  ///< of a device
  std::uint64_t size = 0;              ///< read: of the content; written: the content's own size counts
};

/// Writes entries in the order given. The first error sticks, later calls do nothing, finish() tells it.
class ArchiveWriter {
 public:
  /// `level` 0 is the compressor's default.
  static ArchiveWriter to_file(const std::filesystem::path& file, ArchiveFormat format,
                               Compression compression, int level = 0);
  /// `sink` must outlive the writer.
  static ArchiveWriter to_memory(std::string& sink, ArchiveFormat format, Compression compression,
                                 int level = 0);

  void add(const ArchiveEntry& entry, std::string_view content = {});
  void directory(const std::string& path, std::uint32_t permissions = 0755);
  void file(const std::string& path, std::string_view content, std::uint32_t permissions = 0644);
  void symlink(const std::string& path, const std::string& target);
  void character_device(const std::string& path, std::uint32_t permissions, std::uint32_t major,
                        std::uint32_t minor);
  /// Writes the end; nothing may be added after it.
  Result<void, Failure> finish();

 private:
  using Handle = std::unique_ptr<archive, void (*)(archive*)>;
  ArchiveWriter(Handle handle, std::string name) : handle_(std::move(handle)), name_(std::move(name)) {}
  static ArchiveWriter make(std::string name, ArchiveFormat format, Compression compression, int level);
  void check(int outcome);

  Handle handle_;
  std::string name_;
  std::optional<Failure> failure_;
};

/// Reads any tar or cpio, compressed or not, entry by entry.
class ArchiveReader {
 public:
  static Result<ArchiveReader, Failure> open(const std::filesystem::path& file);
  /// `bytes` must outlive the reader.
  static Result<ArchiveReader, Failure> open_memory(std::string_view bytes);

  /// None at the end.
  Result<std::optional<ArchiveEntry>, Failure> next();
  /// The content of the entry that next() gave.
  Result<std::string, Failure> content();
  /// The same into a new file; `go_on` is asked now and then, and false stops the work.
  Result<void, Failure> content_to(const std::filesystem::path& file, const std::function<bool()>& go_on);

 private:
  friend class Unpacker;
  using Handle = std::unique_ptr<archive, void (*)(archive*)>;
  ArchiveReader(Handle handle, std::string name) : handle_(std::move(handle)), name_(std::move(name)) {}
  static ArchiveReader make(std::string name);
  Failure broken() const;

  Handle handle_;
  std::string name_;
  archive_entry* entry_ = nullptr;
};

}  // namespace rootstock::rootfs
