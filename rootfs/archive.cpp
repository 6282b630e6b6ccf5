#include "rootfs/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <clocale>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "rootfs/utf8_names.hpp"

namespace rootstock::rootfs {
namespace {

constexpr std::size_t block = 64 * 1024;

using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

Entry new_entry() { return {archive_entry_new(), archive_entry_free}; }

std::string words(archive* handle) {
  const char* text = archive_error_string(handle);
  return text != nullptr ? text : "unknown error";
}

void compress(archive* handle, Compression compression, int level) {
  const char* name = nullptr;
  switch (compression) {
    case Compression::none: archive_write_add_filter_none(handle); return;
    case Compression::gzip:
      archive_write_add_filter_gzip(handle);
      archive_write_set_filter_option(handle, "gzip", "timestamp", nullptr);  // same input, same bytes
      name = "gzip";
      break;
    case Compression::xz:
      archive_write_add_filter_xz(handle);
      name = "xz";
      break;
    case Compression::zstd:
      archive_write_add_filter_zstd(handle);
      name = "zstd";
      break;
  }
  if (level > 0)
    archive_write_set_filter_option(handle, name, "compression-level", std::to_string(level).c_str());
}

la_ssize_t append(archive*, void* sink, const void* bytes, std::size_t size) {
  static_cast<std::string*>(sink)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

std::string or_empty(const char* text) { return text != nullptr ? text : ""; }

}  // namespace

ArchiveWriter ArchiveWriter::make(std::string name, ArchiveFormat format, Compression compression,
                                  int level) {
  Handle handle(archive_write_new(), [](archive* a) { archive_write_free(a); });
  // GNU's tar, because busybox reads it without remarks; names of any length.
  if (format == ArchiveFormat::newc)
    archive_write_set_format_cpio_newc(handle.get());
  else
    archive_write_set_format_gnutar(handle.get());
  compress(handle.get(), compression, level);
  archive_write_set_bytes_in_last_block(handle.get(), 1);
  return ArchiveWriter(std::move(handle), std::move(name));
}

ArchiveWriter ArchiveWriter::to_file(const std::filesystem::path& file, ArchiveFormat format,
                                     Compression compression, int level) {
  auto writer = make(file.string(), format, compression, level);
  writer.check(archive_write_open_filename(writer.handle_.get(), file.c_str()));
  return writer;
}

ArchiveWriter ArchiveWriter::to_memory(std::string& sink, ArchiveFormat format, Compression compression,
                                       int level) {
  auto writer = make("archive in memory", format, compression, level);
  writer.check(archive_write_open(writer.handle_.get(), &sink, nullptr, append, nullptr));
  return writer;
}

void ArchiveWriter::check(int outcome) {
  if (outcome < ARCHIVE_OK && !failure_)
    failure_ = Failure{"cannot write " + name_ + ": " + words(handle_.get()), {}};
}

void ArchiveWriter::add(const ArchiveEntry& entry, std::string_view content) {
  if (failure_) return;
  const auto header = new_entry();
  archive_entry_set_pathname(header.get(), entry.path.c_str());
  archive_entry_set_mode(header.get(), static_cast<mode_t>(entry.mode));
  archive_entry_set_uid(header.get(), entry.uid);
  archive_entry_set_gid(header.get(), entry.gid);
  archive_entry_set_mtime(header.get(), entry.mtime, 0);
  archive_entry_set_nlink(header.get(), 1);
  archive_entry_set_size(header.get(), static_cast<la_int64_t>(content.size()));
  if (!entry.target.empty()) archive_entry_set_symlink(header.get(), entry.target.c_str());
  if (!entry.hardlink.empty()) archive_entry_set_hardlink(header.get(), entry.hardlink.c_str());
  archive_entry_set_rdevmajor(header.get(), entry.major);
  archive_entry_set_rdevminor(header.get(), entry.minor);
  check(archive_write_header(handle_.get(), header.get()));
  if (failure_ || content.empty()) return;
  const auto written = archive_write_data(handle_.get(), content.data(), content.size());
  check(written < 0 ? ARCHIVE_FATAL : ARCHIVE_OK);
}

void ArchiveWriter::directory(const std::string& path, std::uint32_t permissions) {
  ArchiveEntry entry;
  entry.path = path;
  entry.mode = S_IFDIR | permissions;
  add(entry);
}

void ArchiveWriter::file(const std::string& path, std::string_view content, std::uint32_t permissions) {
  ArchiveEntry entry;
  entry.path = path;
  entry.mode = S_IFREG | permissions;
  add(entry, content);
}

void ArchiveWriter::symlink(const std::string& path, const std::string& target) {
  ArchiveEntry entry;
  entry.path = path;
  entry.mode = S_IFLNK | 0777;
  entry.target = target;
  add(entry);
}

void ArchiveWriter::character_device(const std::string& path, std::uint32_t permissions, std::uint32_t major,
                                     std::uint32_t minor) {
  ArchiveEntry entry;
  entry.path = path;
  entry.mode = S_IFCHR | permissions;
  entry.major = major;
  entry.minor = minor;
  add(entry);
}

Result<void, Failure> ArchiveWriter::finish() {
  check(archive_write_close(handle_.get()));
  if (failure_) return tl::unexpected{*failure_};
  return {};
}

ArchiveReader ArchiveReader::make(std::string name) {
  Handle handle(archive_read_new(), [](archive* a) { archive_read_free(a); });
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_cpio(handle.get());
  return ArchiveReader(std::move(handle), std::move(name));
}

Failure ArchiveReader::broken() const {
  return {"cannot read " + name_ + ": " + words(handle_.get()),
          "it must be a tar or cpio archive, plain or compressed with gzip, xz or zstd, and whole"};
}

Result<ArchiveReader, Failure> ArchiveReader::open(const std::filesystem::path& file) {
  auto reader = make(file.string());
  if (archive_read_open_filename(reader.handle_.get(), file.c_str(), block) != ARCHIVE_OK)
    return tl::unexpected{reader.broken()};
  return reader;
}

Result<ArchiveReader, Failure> ArchiveReader::open_memory(std::string_view bytes) {
  auto reader = make("archive in memory");
  if (archive_read_open_memory(reader.handle_.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return tl::unexpected{reader.broken()};
  return reader;
}

Result<std::optional<ArchiveEntry>, Failure> ArchiveReader::next() {
  const Utf8Names names;
  const int outcome = archive_read_next_header(handle_.get(), &entry_);
  if (outcome == ARCHIVE_EOF) return std::optional<ArchiveEntry>{};
  if (outcome < ARCHIVE_WARN) return tl::unexpected{broken()};
  ArchiveEntry entry;
  entry.path = or_empty(archive_entry_pathname(entry_));
  if (entry.path.empty())
    return fail(name_ + " has an entry whose name cannot be read", "repack it with GNU tar");
  entry.mode = archive_entry_mode(entry_);
  entry.uid = archive_entry_uid(entry_);
  entry.gid = archive_entry_gid(entry_);
  entry.mtime = archive_entry_mtime(entry_);
  entry.target = or_empty(archive_entry_symlink(entry_));
  entry.hardlink = or_empty(archive_entry_hardlink(entry_));
  entry.major = static_cast<std::uint32_t>(archive_entry_rdevmajor(entry_));
  entry.minor = static_cast<std::uint32_t>(archive_entry_rdevminor(entry_));
  entry.size = static_cast<std::uint64_t>(archive_entry_size(entry_));
  return std::optional{std::move(entry)};
}

Result<std::string, Failure> ArchiveReader::content() {
  std::string all;
  std::array<char, block> buffer;
  la_ssize_t got = 0;
  while ((got = archive_read_data(handle_.get(), buffer.data(), buffer.size())) > 0)
    all.append(buffer.data(), static_cast<std::size_t>(got));
  if (got < 0) return tl::unexpected{broken()};
  return all;
}

Result<void, Failure> ArchiveReader::content_to(const std::filesystem::path& file,
                                                const std::function<bool()>& go_on) {
  std::ofstream out(file, std::ios::binary);
  std::array<char, block> buffer;
  la_ssize_t got = 0;
  while ((got = archive_read_data(handle_.get(), buffer.data(), buffer.size())) > 0 &&
         out.write(buffer.data(), got))
    if (!go_on()) return fail("stopped");
  if (got < 0) return tl::unexpected{broken()};
  out.close();
  if (!out)
    return fail("cannot write " + file.string() + ": " + std::strerror(errno),
                errno == ENOSPC ? "make room on that disk" : "");
  return {};
}

}  // namespace rootstock::rootfs
