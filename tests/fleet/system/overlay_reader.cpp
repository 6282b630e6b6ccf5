#include "tests/fleet/system/overlay_reader.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

namespace rootstock::fleet {
namespace {

constexpr std::size_t most_bytes = 1024 * 1024;  // of one file; a node's own ones are of a few hundred

std::string words_of(archive* handle, std::string_view doing) {
  const char* said = archive_error_string(handle);
  return std::string(doing) + ": " + (said != nullptr ? said : "no reason given");
}

}  // namespace

Result<std::map<std::string, OverlayEntry>, std::string> read_overlay(Bytes bytes) {
  const std::unique_ptr<archive, int (*)(archive*)> handle(archive_read_new(), archive_read_free);
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_format_tar(handle.get());
  if (archive_read_open_memory(handle.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return tl::unexpected(words_of(handle.get(), "not a gzip'd archive"));
  std::map<std::string, OverlayEntry> found;
  archive_entry* entry = nullptr;
  int outcome = ARCHIVE_OK;
  while ((outcome = archive_read_next_header(handle.get(), &entry)) == ARCHIVE_OK) {
    OverlayEntry one{static_cast<unsigned>(archive_entry_perm(entry)), {}};
    const auto size = archive_entry_size(entry);
    if (size < 0 || static_cast<std::size_t>(size) > most_bytes)
      return tl::unexpected(std::string("a file of it is too large"));
    one.content.resize(static_cast<std::size_t>(size));
    if (archive_read_data(handle.get(), one.content.data(), one.content.size()) != size)
      return tl::unexpected(words_of(handle.get(), "a file of it ends early"));
    found[archive_entry_pathname(entry)] = std::move(one);
  }
  if (outcome != ARCHIVE_EOF) return tl::unexpected(words_of(handle.get(), "it is broken"));
  return found;
}

}  // namespace rootstock::fleet
