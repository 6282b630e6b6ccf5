#include "rootfs/emulation.hpp"

#include <sys/mount.h>
#include <sys/utsname.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "config/file.hpp"
#include "rootfs/process.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

const fs::path binfmt_misc = "/proc/sys/fs/binfmt_misc";

bool there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// Built in, loaded, or there to be loaded.
bool kernel_has_binfmt_misc() {
  if (content_of("/proc/filesystems").value_or("").find("binfmt_misc") != std::string::npos) return true;
  utsname running{};
  ::uname(&running);
  const auto module = std::string("/lib/modules/") + running.release + "/kernel/fs/binfmt_misc.ko";
  return there(module) || there(module + ".xz") || there(module + ".zst");
}

Failure cannot_run(const std::string& architecture) {
  const auto emulator = emulator_of(architecture);
  Failure failure{"this machine cannot run programs of " + architecture, {}};
  if (!kernel_has_binfmt_misc())
    failure.hint =
        "its kernel has no binfmt_misc, through which it would be emulated: build the image on an " +
        architecture + " machine and bring it here with `rootstock image import`";
  else if (!there("/usr/bin/" + emulator + "-static") && !there("/usr/bin/" + emulator))
    failure.hint = "apt-get install qemu-user-static binfmt-support arch-test";
  else if (!there(binfmt_misc / "register"))
    failure.hint = "mount -t binfmt_misc binfmt_misc " + binfmt_misc.string() + ", as root";
  else
    failure.hint = "update-binfmts --enable " + emulator + ", or systemctl restart systemd-binfmt, as root";
  return failure;
}

/// Debian 12 registers through binfmt-support, Debian 13 through systemd's binfmt.d; where neither has run
/// (a container, a chroot, a machine without systemd), the same is done here.
void enable(const std::string& emulator) {
  if (!there(binfmt_misc)) static_cast<void>(run({"modprobe", "--quiet", "binfmt_misc"}));
  if (!there(binfmt_misc / "register"))
    ::mount("binfmt_misc", binfmt_misc.c_str(), "binfmt_misc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  if (there("/usr/share/binfmts/" + emulator))
    static_cast<void>(run({"update-binfmts", "--enable", emulator}));
  if (there(binfmt_misc / emulator)) return;
  if (const auto line = content_of("/usr/lib/binfmt.d/" + emulator + ".conf"))
    std::ofstream(binfmt_misc / "register") << *line;
}

}  // namespace

std::string emulator_of(const std::string& architecture) {
  return architecture == "arm64" ? "qemu-aarch64" : architecture == "amd64" ? "qemu-x86_64" : "";
}

Result<void, Failure> can_run(const std::string& architecture) {
  const auto tried = run({"arch-test", architecture});
  if (!tried) return tl::unexpected{tried.error()};
  if (tried->status != 0) return tl::unexpected{cannot_run(architecture)};
  return {};
}

Result<void, Failure> make_runnable(const std::string& architecture) {
  const auto now = can_run(architecture);
  if (now || emulator_of(architecture).empty()) return now;
  enable(emulator_of(architecture));
  return can_run(architecture);
}

}  // namespace rootstock::rootfs
