#include "rootfs/module_file.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <memory>

namespace rootstock::rootfs {

Result<std::string, Failure> read_module(const std::filesystem::path& file) {
  const std::unique_ptr<archive, int (*)(archive*)> handle(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_raw(handle.get());
  const auto broken = [&] {
    const char* words = archive_error_string(handle.get());
    return fail("cannot read kernel module " + file.string() + ": " +
                (words != nullptr ? words : "unknown error"));
  };
  archive_entry* entry = nullptr;
  if (archive_read_open_filename(handle.get(), file.c_str(), 64 * 1024) != ARCHIVE_OK ||
      archive_read_next_header(handle.get(), &entry) != ARCHIVE_OK)
    return broken();
  std::string content;
  std::array<char, 64 * 1024> buffer;
  la_ssize_t got = 0;
  while ((got = archive_read_data(handle.get(), buffer.data(), buffer.size())) > 0)
    content.append(buffer.data(), static_cast<std::size_t>(got));
  if (got < 0) return broken();
  return content;
}

}  // namespace rootstock::rootfs
