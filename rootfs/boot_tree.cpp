#include "rootfs/boot_tree.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <system_error>

#include "rootfs/grub_image.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

/// Debian and Raspberry Pi OS; Ubuntu; the boot partition of a Raspberry Pi OS image, now and before 2023.
const std::vector<fs::path> firmware_folders = {"/usr/lib/raspi-firmware", "/usr/lib/linux-firmware-raspi",
                                                "/boot/firmware", "/boot"};
const std::vector<fs::path> boot_partitions = {"/boot/firmware", "/boot"};

/// Signed first: it boots boards with Secure Boot as well.
constexpr std::array grubs = {"/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed",
                              "/usr/lib/grub/arm64-efi/monolithic/grubnetaa64.efi"};

/// Debian and Raspberry Pi OS; Ubuntu; Fedora.
std::vector<fs::path> folders_of_kernel(const std::string& version) {
  return {"/usr/lib/linux-image-" + version, "/usr/lib/firmware/" + version + "/device-tree",
          "/lib/modules/" + version + "/dtb"};
}

bool is_overlay(const std::string& name) { return name.ends_with(".dtbo") || name.ends_with(".dtb"); }

/// Links are followed within the tree only: a file of the head must not end up on the network.
Result<bool, Failure> copy(const fs::path& tree, const fs::path& path, const fs::path& out) {
  std::error_code error;
  const auto file = inside(tree, path);
  if (!fs::is_regular_file(file, error)) return false;
  fs::create_directories(out.parent_path(), error);
  fs::copy_file(file, out, error);
  if (error) return fail("cannot copy " + path.string() + " out of the image: " + error.message());
  return true;
}

using Wanted = std::function<bool(const std::string& name)>;

/// Files right in `folder`. False where there is none.
Result<bool, Failure> copy_files(const fs::path& tree, const fs::path& folder, const Wanted& wanted,
                                 const fs::path& out) {
  bool any = false;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(inside(tree, folder), error)) {
    const std::string name = entry.path().filename();
    if (!wanted(name)) continue;
    const auto copied = copy(tree, folder / name, out / name);
    if (!copied) return copied;
    any = any || *copied;
  }
  return any;
}

/// The first of `folders` that has any.
Result<void, Failure> copy_first(const fs::path& tree, const std::vector<fs::path>& folders,
                                 const Wanted& wanted, const fs::path& out) {
  for (const auto& folder : folders) {
    const auto copied = copy_files(tree, folder, wanted, out);
    if (!copied) return tl::unexpected{copied.error()};
    if (*copied) break;
  }
  return {};
}

/// The device trees that came with the kernel, by the folders of their makers. False where there is none.
Result<bool, Failure> copy_device_trees(const fs::path& tree, const fs::path& folder, const fs::path& out) {
  bool any = false;
  std::error_code error;
  const auto top = inside(tree, folder);
  for (const auto& entry : fs::recursive_directory_iterator(top, error)) {
    const auto name = entry.path().lexically_relative(top);
    if (name.extension() != ".dtb" || *name.begin() == "overlays" || !name.has_parent_path()) continue;
    const auto copied = copy(tree, folder / name, out / name);
    if (!copied) return copied;
    any = any || *copied;
  }
  return any;
}

Result<void, Failure> take_device_trees(const fs::path& tree, const std::string& version,
                                        const fs::path& boot) {
  for (const auto& folder : folders_of_kernel(version)) {
    const auto copied = copy_device_trees(tree, folder, boot / "dtbs");
    if (!copied) return tl::unexpected{copied.error()};
    if (*copied) return copy_first(tree, {folder / "overlays"}, is_overlay, boot / "overlays");
  }
  // A boot partition has the Pis' own, side by side with the firmware.
  const auto of_pi = [](const std::string& name) {
    return name.starts_with("bcm2") && name.ends_with(".dtb");
  };
  if (const auto done = copy_first(tree, boot_partitions, of_pi, boot / "dtbs/broadcom"); !done) return done;
  return copy_first(tree, {"/boot/firmware/overlays", "/boot/overlays"}, is_overlay, boot / "overlays");
}

Result<void, Failure> take_grub(const fs::path& tree, const fs::path& boot) {
  for (const auto* grub : grubs) {
    const auto copied = copy(tree, grub, boot / "grubaa64.efi");
    if (!copied) return tl::unexpected{copied.error()};
    if (*copied) break;
  }
  return {};
}

/// What was copied, and the same of kernels that are not booted. /boot is emptied later, as a whole.
Result<void, Failure> remove_sources(const fs::path& tree) {
  std::vector<fs::path> doomed;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(inside(tree, "/usr/lib"), error))
    if (entry.path().filename().string().starts_with("linux-image-")) doomed.push_back(entry.path());
  for (const auto& entry : fs::directory_iterator(inside(tree, "/usr/lib/firmware"), error))
    doomed.push_back(inside(tree, "/usr/lib/firmware" / entry.path().filename()) / "device-tree");
  for (const auto& version : kernel_versions(tree))
    doomed.push_back(inside(tree, "/lib/modules/" + version) / "dtb");
  for (const auto* folder : {"/usr/lib/raspi-firmware", "/usr/lib/linux-firmware-raspi",
                             "/usr/lib/grub/arm64-efi-signed", grub_modules})
    doomed.push_back(inside(tree, fs::path(folder).parent_path()) / fs::path(folder).filename());
  for (const auto& folder : doomed) {
    if (fs::is_symlink(folder, error)) continue;
    fs::remove_all(folder, error);
    if (error) return fail("cannot remove " + folder.string() + ": " + error.message());
  }
  return {};
}

}  // namespace

Result<void, Failure> take_boot_files(const fs::path& tree, const std::string& kernel_version,
                                      const fs::path& boot) {
  auto done = copy_first(tree, firmware_folders, is_pi_firmware, boot / "firmware");
  if (done) done = take_device_trees(tree, kernel_version, boot);
  if (done) done = take_grub(tree, boot);
  if (done) done = remove_sources(tree);
  return done;
}

std::vector<BootFile> boot_files_in(const fs::path& folder) {
  std::vector<BootFile> found;
  std::error_code error;
  for (const auto* name : {"kernel", "initramfs"})
    if (const auto bytes = fs::file_size(folder / name, error); !error) found.push_back({name, bytes});
  for (const auto& entry : fs::recursive_directory_iterator(folder / "boot", error))
    if (entry.is_regular_file())
      found.push_back({entry.path().lexically_relative(folder / "boot").string(), entry.file_size()});
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

}  // namespace rootstock::rootfs
