// The programs and files that Debian packages bring.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "server/host/check.hpp"

namespace rootstock::server {

namespace {

namespace fs = std::filesystem;

struct Program {
  const char* name;
  const char* package;
  const char* use;
  Severity severity;
  bool stops_serving;
};

constexpr Program always[] = {
    {"ganesha.nfsd", "nfs-ganesha", "it serves the nodes' root", Severity::error, true},
    {"ssh-keygen", "openssh-client", "it makes the nodes' host keys", Severity::error, false},
    {"mksquashfs", "squashfs-tools", "it packs images", Severity::warning, false},
    {"mmdebstrap", "mmdebstrap", "it builds images", Severity::warning, false},
    {"grub-mkimage", "grub-common", "it makes the loader of arm64 boards with UEFI HTTP boot",
     Severity::warning, false},
};
constexpr Program with_slurm[] = {
    {"slurmctld", "slurmctld", "it is Slurm's controller", Severity::error, false},
    {"munged", "munge", "it signs what Slurm says", Severity::error, false},
};

/// In PATH, or where only root's PATH leads.
bool installed(const std::string& program) {
  const auto* path = std::getenv("PATH");
  std::string folders =
      (path == nullptr ? std::string{} : std::string{path} + ":") + "/usr/sbin:/sbin:/usr/bin:/bin";
  for (std::size_t begin = 0; begin <= folders.size();) {
    const auto end = std::min(folders.find(':', begin), folders.size());
    if (end > begin && ::access((folders.substr(begin, end - begin) + "/" + program).c_str(), X_OK) == 0)
      return true;
    begin = end + 1;
  }
  return false;
}

void check_program(const Program& program, Findings& found) {
  if (installed(program.name)) return;
  found.push_back({program.severity, fmt::format("{} is not installed; {}", program.name, program.use),
                   fmt::format("apt-get install {}", program.package), program.stops_serving});
}

/// NFS-Ganesha loads what it exports with from a plug-in of its own package.
void check_plug_in(Findings& found) {
  std::error_code error;
  for (const auto& folder : fs::directory_iterator("/usr/lib", error))
    if (fs::exists(folder.path() / "ganesha/libfsalvfs.so", error)) return;
  if (fs::exists("/usr/lib/ganesha/libfsalvfs.so", error) || !installed("ganesha.nfsd")) return;
  found.push_back({Severity::error, "NFS-Ganesha cannot read disks: its VFS plug-in is not installed",
                   "apt-get install nfs-ganesha-vfs", true});
}

void check_boot_loaders(Findings& found) {
  std::error_code error;
  if (fs::exists("/usr/lib/ipxe/undionly.kpxe", error)) return;
  found.push_back({Severity::error,
                   "there are no iPXE boot loaders in /usr/lib/ipxe; PC firmware is given one first",
                   "apt-get install ipxe"});
}

void check_munge_key(const SlurmSettings& slurm, Findings& found) {
  std::error_code error;
  const auto status = fs::status(slurm.munge_key, error);
  if (status.type() == fs::file_type::not_found)
    found.push_back({Severity::error, fmt::format("there is no munge key at {}", slurm.munge_key.string()),
                     "apt-get install munge makes one; or `mungekey --create`", true});
  else if (status.type() == fs::file_type::regular && fs::file_size(slurm.munge_key, error) == 0 && !error)
    found.push_back({Severity::error, fmt::format("the munge key {} is empty", slurm.munge_key.string()),
                     "`mungekey --create --force` makes a new one", true});
}

}  // namespace

void check_programs(const Settings& settings, Findings& found) {
  for (const auto& program : always) check_program(program, found);
  check_plug_in(found);
  check_boot_loaders(found);
  if (!settings.slurm.enabled) return;
  for (const auto& program : with_slurm) check_program(program, found);
  check_munge_key(settings.slurm, found);
}

}  // namespace rootstock::server
