#include "server/boot/disk_files.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace rootstock::server {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

class DiskFile final : public tftp::File {
 public:
  DiskFile(Descriptor fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}

  std::uint64_t size() const override { return size_; }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    std::size_t filled = 0;
    while (filled < out.size()) {
      const auto got =
          ::pread(fd_.get(), out.data() + filled, out.size() - filled, static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

 private:
  Descriptor fd_;
  std::uint64_t size_;
};

/// The kernel itself keeps the walk below `folder`: "..", absolute links and /proc's magic links all fail.
Descriptor open_beneath(int folder, const std::string& relative) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;  // a FIFO must not hold up the event loop
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return Descriptor{static_cast<int>(::syscall(SYS_openat2, folder, relative.c_str(), &how, sizeof how))};
}

tftp::Refusal refusal_of(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ? tftp::Refusal::not_found
                                                                      : tftp::Refusal::forbidden;
}

}  // namespace

Result<std::shared_ptr<const tftp::File>, tftp::Refusal> DiskFiles::open(const std::string& relative) {
  const Descriptor folder{::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!folder.valid()) return tl::unexpected{refusal_of(errno)};
  Descriptor fd = open_beneath(folder.get(), relative);
  if (!fd.valid()) return tl::unexpected{refusal_of(errno)};
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return tl::unexpected{tftp::Refusal::not_found};

  const auto size = static_cast<std::uint64_t>(info.st_size);
  const std::int64_t changed = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
  auto& shared = open_[Identity{info.st_dev, info.st_ino, size, changed}];
  if (auto already = shared.lock()) return already;
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_WILLNEED);  // boot files are read whole, and soon
  auto file = std::make_shared<const DiskFile>(std::move(fd), size);
  shared = file;
  forget_closed();
  return file;
}

void DiskFiles::forget_closed() {
  std::erase_if(open_, [](const auto& entry) { return entry.second.expired(); });
}

}  // namespace rootstock::server
