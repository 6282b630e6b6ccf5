#include "rootfs/packing.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <vector>

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

std::string architecture_of(const fs::path& tree) {
  // dpkg's list names the architecture of dpkg's own world, the only one an image has.
  const auto native = read_file(inside(tree, "/var/lib/dpkg/arch-native"));
  if (native) return native->substr(0, native->find('\n'));
  const auto status = read_file(inside(tree, "/var/lib/dpkg/status")).value_or("");
  for (const char* word : {"amd64", "arm64"})
    if (status.find(std::string("\nArchitecture: ") + word + "\n") != std::string::npos) return word;
  return {};
}

/// Things of the build that no node needs: apt's caches, logs, and what the kernel's package has beside
/// modules.
void remove_traces(const fs::path& tree, const std::string& kernel_version) {
  std::error_code error;
  for (const char* folder :
       {"/var/cache/apt", "/var/lib/apt/lists", "/var/log", "/tmp", "/var/tmp", "/run", "/boot"})
    for (const auto& entry : fs::directory_iterator(inside(tree, folder), error)) {
      // Log folders belong to their services; files in them do not.
      if (std::string_view(folder) == "/var/log" && entry.is_directory()) continue;
      fs::remove_all(entry.path(), error);
    }
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

bool stopped(const Workshop& workshop) { return workshop.stop && workshop.stop(); }

/// When the youngest of the packages' files was made. What the build itself wrote is dated back to it, so
/// that the same packages make the same image.
std::chrono::system_clock::time_point newest_package_file(const fs::path& tree) {
  fs::file_time_type newest = fs::file_time_type::min();
  std::error_code error;
  for (const char* folder : {"/usr/bin", "/usr/sbin"})
    for (const auto& entry : fs::directory_iterator(inside(tree, folder), error))
      if (entry.is_regular_file(error) && !entry.is_symlink(error))
        newest = std::max(newest, entry.last_write_time(error));
  return std::chrono::file_clock::to_sys(newest);
}

Result<void, Failure> make_root(const fs::path& staging, const fs::path& root, RootKind kind,
                                const Workshop& workshop) {
  const auto tree = staging / "tree";
  if (kind == RootKind::tree) {
    fs::rename(tree, root);
    return {};
  }
  workshop.progress->step("packing the root");
  PackOptions options;
  options.newest = newest_package_file(tree);
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
  if (const auto faults = check_tree(tree); !faults.empty()) return tl::unexpected{all_of(faults)};

  Generation generation;
  generation.root_kind = kind;
  generation.folder = staging;
  generation.architecture = architecture_of(tree);
  generation.kernel_version = kernel_versions(tree).back();
  if (const auto done = copy_kernel(tree, generation.kernel_version, generation.kernel()); !done)
    return tl::unexpected{done.error()};
  const auto initramfs = write_initramfs(tree, generation.kernel_version, generation.initramfs());
  if (!initramfs) return tl::unexpected{initramfs.error()};
  remove_traces(tree, generation.kernel_version);
  if (stopped(workshop)) return fail("stopped");

  if (const auto done = make_root(staging, generation.root(), kind, workshop); !done)
    return tl::unexpected{done.error()};
  workshop.progress->step("taking its digest");
  const auto digest = digest_of(generation.root());
  if (!digest) return tl::unexpected{digest.error()};
  generation.digest = *digest;
  if (stopped(workshop)) return fail("stopped");
  workshop.progress->finish();
  return generation;
}

}  // namespace rootstock::rootfs
