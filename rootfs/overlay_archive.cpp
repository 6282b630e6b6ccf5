// The overlay as a gzip'd tar (edge: libarchive). Owners go by name, which is why ArchiveWriter does not do
// here: head and image number their users differently.

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <set>
#include <stdexcept>

#include "rootfs/overlay.hpp"

namespace rootstock::rootfs {
namespace {

using Handle = std::unique_ptr<archive, int (*)(archive*)>;

la_ssize_t append(archive*, void* sink, const void* bytes, std::size_t size) {
  static_cast<std::string*>(sink)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

/// Only memory can run out here, which is no news for a caller to handle.
void check(archive* handle, int outcome) {
  if (outcome < ARCHIVE_OK)
    throw std::runtime_error(std::string("overlay archive: ") + archive_error_string(handle));
}

void add(archive* handle, const OverlayFile& file, mode_t type) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                       archive_entry_free);
  archive_entry_set_pathname(entry.get(), file.path.c_str());
  archive_entry_set_mode(entry.get(), type | static_cast<mode_t>(file.mode));
  archive_entry_set_uname(entry.get(), file.owner.c_str());
  archive_entry_set_gname(entry.get(), file.owner.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
  check(handle, archive_write_header(handle, entry.get()));
  if (!file.content.empty() && archive_write_data(handle, file.content.data(), file.content.size()) < 0)
    check(handle, ARCHIVE_FATAL);
}

/// Folders that an image may lack and whose mode matters; others the unpacking makes as it needs them.
void add_private_folder(archive* handle, const OverlayFile& file, std::set<std::string>& made) {
  for (const OverlayFile& folder :
       {OverlayFile{"root/.ssh/", "", 0700}, OverlayFile{"etc/munge/", "", 0700, "munge"}})
    if (file.path.starts_with(folder.path) && made.insert(folder.path).second) add(handle, folder, S_IFDIR);
}

}  // namespace

std::string overlay_archive(const std::vector<OverlayFile>& files) {
  std::string bytes;
  const Handle handle(archive_write_new(), archive_write_free);
  archive_write_set_format_ustar(handle.get());
  archive_write_add_filter_gzip(handle.get());
  archive_write_set_filter_option(handle.get(), "gzip", "timestamp", nullptr);  // same files, same bytes
  archive_write_set_bytes_in_last_block(handle.get(), 1);
  check(handle.get(), archive_write_open(handle.get(), &bytes, nullptr, append, nullptr));
  std::set<std::string> made;
  for (const auto& file : files) {
    add_private_folder(handle.get(), file, made);
    add(handle.get(), file, S_IFREG);
  }
  check(handle.get(), archive_write_close(handle.get()));
  return bytes;
}

}  // namespace rootstock::rootfs
