#include "server/nodes/host_key.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "rootfs/process.hpp"

namespace rootstock::server {
namespace {

class ScratchFolder {
 public:
  explicit ScratchFolder(const std::filesystem::path& parent) : path_(parent / "host-key-XXXXXX") {
    made_ = ::mkdtemp(path_.data()) != nullptr;  // mode 0700
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    if (made_) std::filesystem::remove_all(path_, ignored);
  }
  bool made() const { return made_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool made_ = false;
};

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Result<rootfs::HostKey, Failure> make_host_key(const std::filesystem::path& scratch,
                                               const std::string& node) {
  const ScratchFolder folder(scratch);
  if (!folder.made())
    return fail(fmt::format("cannot make an SSH host key for {}: {}: {}", node, scratch.string(),
                            std::strerror(errno)));
  const auto file = folder.path() + "/key";
  const auto done =
      rootfs::run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "root@" + node, "-f", file});
  if (!done) return tl::unexpected{done.error()};
  if (done->status != 0)
    return fail(fmt::format("ssh-keygen made no host key for {}: {}", node, done->errors),
                "run ssh-keygen by hand to see why");
  rootfs::HostKey key{"ed25519", content_of(file), content_of(file + ".pub")};
  if (key.secret.empty() || key.open.empty())
    return fail(fmt::format("ssh-keygen made an empty host key for {}", node),
                "is " + scratch.string() + " full?");
  return key;
}

}  // namespace rootstock::server
