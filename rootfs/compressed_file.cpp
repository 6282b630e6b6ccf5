#include "rootfs/compressed_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block = 64 * 1024;

/// A file under the pen.
class Sparse {
 public:
  explicit Sparse(const fs::path& file)
      : fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ~Sparse() {
    if (fd_ >= 0) ::close(fd_);
  }
  Sparse(const Sparse&) = delete;
  Sparse& operator=(const Sparse&) = delete;

  bool add(std::string_view bytes) {
    const bool hole = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
    for (std::string_view rest = bytes; !hole && !rest.empty();) {
      const auto written =
          ::pwrite(fd_, rest.data(), rest.size(), at_ + static_cast<off_t>(bytes.size() - rest.size()));
      if (written < 0) return false;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    at_ += static_cast<off_t>(bytes.size());
    return fd_ >= 0;
  }
  bool finish() { return fd_ >= 0 && ::ftruncate(fd_, at_) == 0; }

 private:
  int fd_;
  off_t at_ = 0;
};

}  // namespace

Failure CompressedFile::broken() const {
  const char* words = archive_error_string(handle_.get());
  return {"cannot read " + file_.string() + ": " + (words != nullptr ? words : "unknown error"),
          "is it whole? compare its size and checksum with where it came from"};
}

Result<CompressedFile, Failure> CompressedFile::open(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return fail("cannot read " + file.string() + ": " + error.message());
  Handle handle(archive_read_new(), [](archive* a) { archive_read_free(a); });
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_raw(handle.get());
  archive_read_support_format_empty(handle.get());
  CompressedFile opened(std::move(handle), file, static_cast<double>(size));
  archive_entry* entry = nullptr;
  if (archive_read_open_filename(opened.handle_.get(), file.c_str(), block) != ARCHIVE_OK)
    return tl::unexpected{opened.broken()};
  const int outcome = archive_read_next_header(opened.handle_.get(), &entry);
  if (outcome != ARCHIVE_OK && outcome != ARCHIVE_EOF) return tl::unexpected{opened.broken()};
  return opened;
}

bool CompressedFile::is_compressed() const {
  return archive_filter_code(handle_.get(), 0) != ARCHIVE_FILTER_NONE;
}

Result<std::string, Failure> CompressedFile::read(std::size_t most) {
  std::string bytes(most, '\0');
  std::size_t have = 0;
  while (have < most) {
    const auto got = archive_read_data(handle_.get(), bytes.data() + have, most - have);
    if (got < 0) return tl::unexpected{broken()};
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<void, Failure> CompressedFile::write_to(const fs::path& out,
                                               const std::function<bool(double)>& progress) {
  Sparse sparse(out);
  const auto refused = [&] {
    return fail(
        "cannot write " + out.string() + ": " + std::strerror(errno),
        errno == ENOSPC ? "make room on that disk: " + file_.string() + " is unpacked there first" : "");
  };
  for (;;) {
    const auto bytes = read(block);
    if (!bytes) return tl::unexpected{bytes.error()};
    if (bytes->empty()) break;
    if (!sparse.add(*bytes)) return refused();
    const auto done = static_cast<double>(archive_filter_bytes(handle_.get(), -1));
    if (!progress(size_ > 0 ? done / size_ : 0)) return fail("stopped");
  }
  if (!sparse.finish()) return refused();
  return {};
}

}  // namespace rootstock::rootfs
