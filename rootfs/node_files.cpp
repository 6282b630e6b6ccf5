#include "rootfs/node_files.hpp"

#include <array>
#include <span>
#include <string_view>

#include "config/embedded.hpp"
#include "config/file.hpp"
#include "rootfs/elf.hpp"
#include "rootfs/module_closure.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::embedded {
std::span<const EmbeddedFile> node_files();
}

namespace rootstock::rootfs {
namespace fs = std::filesystem;
namespace {

/// Units that must never run on a node. The first group would take the boot NIC, and with it the root, from
/// under the system; the second works on disks, packages and caches that a node does not have or soon
/// forgets.
constexpr std::array masked = {
    "NetworkManager-wait-online.service",
    "NetworkManager.service",
    "connman.service",
    "dhcpcd.service",
    "ifup@.service",
    "networking.service",
    "systemd-networkd-wait-online.service",
    "systemd-networkd.service",
    "systemd-networkd.socket",
    "wicd.service",

    "apt-daily-upgrade.timer",
    "apt-daily.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "man-db.timer",
    "systemd-firstboot.service",
    "systemd-machine-id-commit.service",
    "systemd-random-seed.service",
    "systemd-timesyncd.service",
    "systemd-pstore.service",
    "unattended-upgrades.service",

    // What Raspberry Pi OS and cloud images do at their first boot from a card: each boot of a node is one.
    "cloud-config.service",
    "cloud-final.service",
    "cloud-init-local.service",
    "cloud-init-main.service",
    "cloud-init-network.service",
    "cloud-init.service",
    "dphys-swapfile.service",
    "raspi-config.service",
    "regenerate_ssh_host_keys.service",
    "resize2fs_once.service",
    "rpi-eeprom-update.service",
    "userconfig.service",
};

struct Wanted {
  std::string_view target, unit;
};

constexpr std::array enabled = {
    Wanted{"local-fs.target", "tmp.mount"},
    Wanted{"multi-user.target", "rootstock-up.service"},
    Wanted{"sysinit.target", "rootstock-agent.service"},
    Wanted{"timers.target", "rootstock-clock.timer"},
};

/// What packages make when they are installed and what must be each node's own (it comes in the overlay).
constexpr std::array not_in_images = {
    "/etc/hostname",
    "/etc/machine-id",
    "/etc/munge/munge.key",
    "/etc/resolv.conf",
    "/etc/ssh/ssh_host_dsa_key",
    "/etc/ssh/ssh_host_dsa_key.pub",
    "/etc/ssh/ssh_host_ecdsa_key",
    "/etc/ssh/ssh_host_ecdsa_key.pub",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/ssh/ssh_host_ed25519_key.pub",
    "/etc/ssh/ssh_host_rsa_key",
    "/etc/ssh/ssh_host_rsa_key.pub",
    "/var/lib/dbus/machine-id",
    "/var/lib/systemd/random-seed",
};

Result<void, Failure> link(const fs::path& file, const fs::path& target) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  fs::remove(file, error);
  fs::create_symlink(target, file, error);
  if (error) return fail("cannot make the link " + file.string() + ": " + error.message());
  return {};
}

/// The folder is looked up inside the tree; the last part is the link or file itself.
fs::path place(const fs::path& tree, const fs::path& path) {
  return inside(tree, path.parent_path()) / path.filename();
}

Result<void, Failure> change_units(const fs::path& tree) {
  const fs::path units = "/etc/systemd/system";
  for (const auto* unit : masked)
    if (const auto done = link(place(tree, units / unit), "/dev/null"); !done) return done;
  for (const auto& [target, unit] : enabled) {
    const auto wants = units / (std::string(target) + ".wants");
    if (const auto done = link(place(tree, wants / unit), "../" + std::string(unit)); !done) return done;
  }
  return {};
}

constexpr auto any_kernel = "package linux-image-amd64, linux-image-arm64 or linux-image-rpi-v8";

void check_kernel(const fs::path& tree, std::vector<Failure>& found) {
  const auto version = kernel_of(tree);
  if (version.empty()) {
    found.push_back({"the image has no kernel modules (no /lib/modules/*/modules.dep)", any_kernel});
    return;
  }
  if (!fs::exists(kernel_file(tree, version)))
    found.push_back({"the image has no kernel /boot/vmlinuz-" + version, any_kernel});
  const auto folder = inside(tree, "/lib/modules/" + version);
  const auto text = [&](const char* name) { return read_file(folder / name).value_or(""); };
  const auto index =
      parse_module_index(text("modules.dep"), text("modules.builtin"), text("modules.softdep"));
  for (const auto& name : close_over(index, required_modules()).missing)
    found.push_back(
        {"kernel " + version + " has no module " + name + ", without which no node mounts its root",
         "a full kernel has it: " + std::string(any_kernel)});
}

}  // namespace

Result<void, Failure> install_node_files(const fs::path& tree) {
  std::error_code error;
  for (const auto* path : not_in_images) fs::remove(place(tree, path), error);
  for (const auto& file : embedded::node_files()) {
    const auto mode = fs::perms(file.executable ? 0755 : 0644);
    if (const auto done = write_file(place(tree, "/" + std::string(file.path)), file.content, mode); !done)
      return done;
  }
  return change_units(tree);
}

std::vector<Failure> check_tree(const fs::path& tree, bool slurm) {
  std::vector<Failure> found;
  check_kernel(tree, found);
  const auto busybox = read_file(busybox_of(tree));
  if (!busybox || !is_static_program(*busybox))
    found.push_back({"the image has no static /bin/busybox, which the initramfs is made of",
                     "package busybox-static; busybox alone needs libraries"});
  struct Need {
    const char *path, *package, *why;
    bool of_slurm = false;
  };
  for (const auto& need : {Need{"/sbin/init", "systemd-sysv", "nothing takes over from the initramfs"},
                           Need{"/lib/systemd/systemd", "systemd", "the node's units need it"},
                           Need{"/usr/sbin/slurmd", "slurmd", "the node cannot join Slurm", true},
                           Need{"/usr/sbin/munged", "munge", "the node cannot join Slurm", true}})
    if ((slurm || !need.of_slurm) && !fs::exists(inside(tree, need.path)))
      found.push_back({std::string("the image has no ") + need.path + ": " + need.why,
                       std::string("package ") + need.package});
  return found;
}

}  // namespace rootstock::rootfs
