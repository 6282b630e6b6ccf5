#include "config/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace rootstock {

// Not by a stream: that takes a folder for an empty file, and forgets why it failed.
Result<std::string, std::error_code> content_of(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected{std::error_code(errno, std::generic_category())};
  std::string content;
  std::array<char, 64 * 1024> buffer;
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) > 0 || (got < 0 && errno == EINTR))
    if (got > 0) content.append(buffer.data(), static_cast<std::size_t>(got));
  const std::error_code error(got < 0 ? errno : 0, std::generic_category());
  ::close(fd);
  if (error) return tl::unexpected{error};
  return content;
}

Result<std::string, Failure> read_file(const std::filesystem::path& file) {
  auto content = content_of(file);
  if (!content) return fail("cannot read " + file.string() + ": " + content.error().message());
  return std::move(*content);
}

}  // namespace rootstock
