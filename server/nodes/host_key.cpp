#include "server/nodes/host_key.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "config/file.hpp"
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
  auto secret = read_file(file), open = read_file(file + ".pub");
  for (const auto* half : {&secret, &open})
    if (!*half || (*half)->empty())
      return fail(fmt::format("ssh-keygen made an empty host key for {}", node),
                  "is " + scratch.string() + " full?");
  return rootfs::HostKey{"ed25519", std::move(*secret), std::move(*open)};
}

}  // namespace rootstock::server
