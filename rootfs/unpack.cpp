#include "rootfs/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "rootfs/archive.hpp"
#include "rootfs/utf8_names.hpp"

namespace rootstock::rootfs {

/// Unpacks what a reader gives, below one folder.
class Unpacker {
 public:
  Unpacker(ArchiveReader reader, std::filesystem::path tree, const Place& place)
      : reader_(std::move(reader)),
        tree_(std::move(tree)),
        place_(place),
        disk_(archive_write_disk_new(), [](archive* a) { archive_write_free(a); }) {
    // No look-up of user names: the numbers are the image's, the head's users are others.
    archive_write_disk_set_options(disk_.get(), ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM |
                                                    ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_XATTR |
                                                    ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                                    ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  }

  Result<UnpackReport, Failure> all(double file_size, const std::function<bool(double)>& progress) {
    const Utf8Names names;
    UnpackReport report;
    for (;;) {
      const auto entry = reader_.next();
      if (!entry) return tl::unexpected{entry.error()};
      if (!*entry) break;
      if (const auto done = one(**entry); !done) return tl::unexpected{done.error()};
      ++report.entries;
      report.bytes += (*entry)->size;
      const auto read = static_cast<double>(archive_filter_bytes(reader_.handle_.get(), -1));
      if (progress && !progress(file_size > 0 ? read / file_size : 0)) return fail("stopped");
    }
    if (archive_write_close(disk_.get()) < ARCHIVE_OK) return tl::unexpected{refused(tree_.string())};
    return report;
  }

 private:
  Failure refused(const std::string& path) const {
    const int error = archive_errno(disk_.get());
    std::string why = archive_error_string(disk_.get());
    if (error > 0) why += std::string(" (") + std::strerror(error) + ")";
    return {"cannot unpack " + path + " from " + reader_.name_ + ": " + why,
            error == ENOSPC ? "make room on the disk of " + tree_.string() : ""};
  }

  Result<void, Failure> one(const ArchiveEntry& entry) {
    const auto placed = place_(entry);
    if (!placed) return tl::unexpected{placed.error()};
    if (!*placed) return {};
    // "." as a link to / would replace the empty tree, and all that follows would be done to the head itself.
    if (((*placed)->file / "").lexically_normal() == tree_ / "" && !S_ISDIR(entry.mode))
      return fail(reader_.name_ + " has an entry that replaces the tree itself: " + entry.path,
                  "trust no archive that has one");
    archive_entry_set_pathname(reader_.entry_, (*placed)->file.c_str());
    if (!(*placed)->hardlink.empty()) archive_entry_set_hardlink(reader_.entry_, (*placed)->hardlink.c_str());
    if (archive_write_header(disk_.get(), reader_.entry_) < ARCHIVE_OK)
      return tl::unexpected{refused(entry.path)};
    if (const auto copied = copy(entry); !copied) return copied;
    if (archive_write_finish_entry(disk_.get()) < ARCHIVE_OK) return tl::unexpected{refused(entry.path)};
    return {};
  }

  Result<void, Failure> copy(const ArchiveEntry& entry) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int outcome = ARCHIVE_OK;
    while ((outcome = archive_read_data_block(reader_.handle_.get(), &bytes, &size, &offset)) == ARCHIVE_OK)
      if (archive_write_data_block(disk_.get(), bytes, size, offset) < ARCHIVE_OK)
        return tl::unexpected{refused(entry.path)};
    if (outcome != ARCHIVE_EOF) return tl::unexpected{reader_.broken()};
    return {};
  }

  ArchiveReader reader_;
  std::filesystem::path tree_;
  const Place& place_;
  std::unique_ptr<archive, void (*)(archive*)> disk_;
};

bool leaves_tree(const std::filesystem::path& path) {
  return path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
}

Result<UnpackReport, Failure> unpack_entries(const std::filesystem::path& file,
                                             const std::filesystem::path& tree, const Place& place,
                                             const std::function<bool(double)>& progress) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return fail("cannot read " + file.string() + ": " + error.message());
  auto reader = ArchiveReader::open(file);
  if (!reader) return tl::unexpected{reader.error()};
  return Unpacker(std::move(*reader), tree, place).all(static_cast<double>(size), progress);
}

Result<UnpackReport, Failure> unpack_archive(const std::filesystem::path& file,
                                             const std::filesystem::path& tree,
                                             const std::function<bool(double fraction)>& progress) {
  std::error_code error;
  // Canonical, because the refusal of symbolic links looks at every part of the path, the head's own too.
  const auto canonical = std::filesystem::canonical(tree, error);
  if (error) return fail("cannot unpack into " + tree.string() + ": " + error.message());
  const auto below = [&](const ArchiveEntry& entry) -> Result<std::optional<Placed>, Failure> {
    if (leaves_tree(entry.path) || leaves_tree(entry.hardlink))
      return fail(file.string() + " has an entry that leaves the tree: " + entry.path,
                  "pack the root with: tar --numeric-owner --xattrs -C ROOT -caf FILE .");
    Placed placed{canonical / entry.path, {}};
    if (!entry.hardlink.empty()) placed.hardlink = canonical / entry.hardlink;
    return std::optional{std::move(placed)};
  };
  return unpack_entries(file, canonical, below, progress);
}

}  // namespace rootstock::rootfs
