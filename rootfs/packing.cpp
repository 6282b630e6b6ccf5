#include "rootfs/packing.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <system_error>
#include <vector>

#include "config/file.hpp"
#include "rootfs/boot_tree.hpp"
#include "rootfs/dates.hpp"
#include "rootfs/elf.hpp"
#include "rootfs/grub_image.hpp"
#include "rootfs/initramfs.hpp"
#include "rootfs/kernel_choice.hpp"
#include "rootfs/module_closure.hpp"
#include "rootfs/module_file.hpp"
#include "rootfs/node_files.hpp"
#include "rootfs/squashfs.hpp"
#include "rootfs/staging.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

Failure all_of(const std::vector<Failure>& failures) {
  Failure joined{"the image cannot make a node:", {}};
  for (const auto& failure : failures)
    joined.what += "\n  " + failure.what + (failure.hint.empty() ? "" : " (" + failure.hint + ")");
  joined.hint = "nothing was published";
  return joined;
}

/// A Raspberry Pi OS image or a container has never heard of us.
Failure lacking(const std::vector<Failure>& faults) {
  auto failure = all_of(faults);
  failure.hint +=
      "; a recipe names packages in `packages`; what is imported gets them by apt-get install before, on the "
      "board that wrote the image or in the container's Dockerfile";
  return failure;
}

/// Things of the build that no node needs: apt's caches, logs, what the kernel's package has beside modules,
/// and the modules of kernels that are not booted.
void remove_traces(const fs::path& tree, const std::string& kernel_version) {
  std::error_code error;
  for (const char* folder : {"/var/cache/apt", "/var/lib/apt/lists", "/tmp", "/var/tmp", "/run", "/boot"})
    for (const auto& entry : fs::directory_iterator(inside(tree, folder), error))
      fs::remove_all(entry.path(), error);
  // Log folders belong to their services; files in them do not.
  for (const auto& entry : fs::recursive_directory_iterator(inside(tree, "/var/log"), error))
    if (entry.is_symlink(error) || !entry.is_directory(error)) fs::remove(entry.path(), error);
  for (const char* file :
       {"/etc/apt/apt.conf.d/99mmdebstrap", "/root/.bash_history", "/var/cache/ldconfig/aux-cache"})
    fs::remove(inside(tree, file), error);
  for (const char* link : {"/vmlinuz", "/vmlinuz.old", "/initrd.img", "/initrd.img.old"})
    fs::remove(tree / link, error);
  fs::remove(inside(tree, "/lib/modules/" + kernel_version) / "build", error);
  for (const auto& version : kernel_versions(tree))
    if (version != kernel_version) fs::remove_all(inside(tree, "/lib/modules") / version, error);
}

/// Unpacked: firmware and U-Boot start it where they have put it.
Result<std::string, Failure> write_kernel(const fs::path& tree, const std::string& version,
                                          const fs::path& out) {
  const auto file = kernel_file(tree, version);
  auto bytes = read_file(file);
  if (bytes && is_gzip(*bytes)) bytes = read_module(file);
  if (!bytes) return fail("cannot copy the kernel " + version + ": " + bytes.error().what);
  if (const auto done = write_file(out, *bytes, fs::perms(0644)); !done) return tl::unexpected{done.error()};
  return bytes;
}

std::set<std::string> drivers_of(const fs::path& tree, const std::string& version) {
  const auto folder = inside(tree, "/lib/modules/" + version);
  const auto text = [&](const char* name) { return read_file(folder / name).value_or(""); };
  auto index = parse_module_index(text("modules.dep"), text("modules.builtin"), "");
  auto drivers = std::move(index.builtin);
  for (const auto& [name, module] : index.modules) drivers.insert(name);
  return drivers;
}

Result<void, Failure> make_initramfs(const fs::path& tree, const Generation& generation,
                                     const Workshop& workshop) {
  workshop.progress->step("making the initramfs");
  const auto made = write_initramfs(tree, generation.kernel_version, generation.initramfs(),
                                    [&](double fraction) { return workshop.advance(fraction); });
  if (!made) return tl::unexpected{made.error()};
  return {};
}

/// Why not, in one line; empty: it is there. The image has its use for other boards all the same.
std::string make_grub(const fs::path& tree, const fs::path& boot) {
  const auto made = make_http_grub(tree, boot / "grubaa64-http.efi");
  if (made) return {};
  return made.error().what + (made.error().hint.empty() ? "" : "; " + made.error().hint);
}

/// kernel, initramfs and boot/, and which boards can boot with them.
Result<void, Failure> make_boot_files(const fs::path& tree, Generation& generation,
                                      const Workshop& workshop) {
  BootFiles boot;
  boot.architecture = generation.architecture;
  boot.drivers = drivers_of(tree, generation.kernel_version);
  const auto kernel = write_kernel(tree, generation.kernel_version, generation.kernel());
  if (!kernel) return tl::unexpected{kernel.error()};
  boot.plain_kernel = is_plain_arm64(*kernel);
  boot.kernel_memory = memory_of_arm64(*kernel);
  if (generation.architecture == "arm64") boot.no_http_grub = make_grub(tree, generation.boot());
  if (const auto done = take_boot_files(tree, generation.kernel_version, generation.boot()); !done)
    return done;
  if (const auto done = make_initramfs(tree, generation, workshop); !done) return done;
  boot.files = boot_files_in(generation.folder);
  if (const auto faults = too_big(boot); !faults.empty()) return tl::unexpected{all_of(faults)};
  generation.boards = boards_of(boot);
  generation.doubts = doubts_about(boot);
  return {};
}

Result<void, Failure> make_root(const fs::path& staging, const fs::path& root, RootKind kind,
                                const Workshop& workshop) {
  const auto tree = staging / "tree";
  // A file's date comes from a clock that lags behind by some milliseconds.
  const auto newest = date_back(tree, workshop.begun - std::chrono::seconds(1));
  if (!newest) return tl::unexpected{newest.error()};
  if (kind == RootKind::tree) {
    fs::rename(tree, root);
    return {};
  }
  workshop.progress->step("packing the root");
  PackOptions options;
  options.newest = *newest;
  options.progress = [&](double fraction) { workshop.progress->at(fraction); };
  options.stop = workshop.stop;
  if (const auto packed = make_squashfs(tree, root, options); !packed) return packed;
  return remove_tree(tree);
}

}  // namespace

Result<Generation, Failure> pack_tree(const fs::path& staging, RootKind kind, const Workshop& workshop) {
  const auto tree = staging / "tree";
  workshop.progress->step("making a node of it");
  if (const auto done = install_node_files(tree); !done) return tl::unexpected{done.error()};
  auto faults = check_tree(tree, workshop.slurm);
  const auto architecture = architecture_of(read_file(busybox_of(tree)).value_or(""));
  if (faults.empty() && architecture.empty())
    faults.push_back({"its /bin/busybox is neither for amd64 nor for arm64",
                      "32-bit systems are not served: take the 64-bit (arm64) one"});
  if (!faults.empty()) return tl::unexpected{lacking(faults)};

  Generation generation;
  generation.root_kind = kind;
  generation.folder = staging;
  generation.architecture = architecture;
  generation.kernel_version = kernel_of(tree);
  if (const auto done = make_boot_files(tree, generation, workshop); !done)
    return tl::unexpected{done.error()};
  remove_traces(tree, generation.kernel_version);

  if (const auto done = make_root(staging, generation.root(), kind, workshop); !done)
    return tl::unexpected{done.error()};
  workshop.progress->step("taking its digest");
  const auto digest = digest_of(generation.root());
  if (!digest) return tl::unexpected{digest.error()};
  generation.digest = *digest;
  if (workshop.stopped()) return fail("stopped");
  workshop.progress->finish();
  return generation;
}

}  // namespace rootstock::rootfs
