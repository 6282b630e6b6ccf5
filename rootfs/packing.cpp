#include "rootfs/packing.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <vector>

#include "config/file.hpp"
#include "rootfs/dates.hpp"
#include "rootfs/elf.hpp"
#include "rootfs/initramfs.hpp"
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

/// Things of the build that no node needs: apt's caches, logs, and what the kernel's package has beside
/// modules.
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
}

Result<void, Failure> copy_kernel(const fs::path& tree, const std::string& version, const fs::path& out) {
  std::error_code error;
  fs::copy_file(inside(tree, "/boot/vmlinuz-" + version), out, error);
  if (error) return fail("cannot copy the kernel " + version + ": " + error.message());
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
  if (const auto faults = check_tree(tree, workshop.slurm); !faults.empty())
    return tl::unexpected{all_of(faults)};

  Generation generation;
  generation.root_kind = kind;
  generation.folder = staging;
  generation.architecture = architecture_of(read_file(busybox_of(tree)).value_or(""));
  generation.kernel_version = kernel_versions(tree).back();
  if (const auto done = copy_kernel(tree, generation.kernel_version, generation.kernel()); !done)
    return tl::unexpected{done.error()};
  workshop.progress->step("making the initramfs");
  const auto initramfs = write_initramfs(tree, generation.kernel_version, generation.initramfs(),
                                         [&](double fraction) { return workshop.advance(fraction); });
  if (!initramfs) return tl::unexpected{initramfs.error()};
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
