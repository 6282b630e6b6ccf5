#pragma once
// One immutable build of an image: what a node boots.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::rootfs {

/// How a generation's root lies in its folder: one squashfs file, or a plain directory for debugging.
enum class RootKind : std::uint8_t { squashfs, tree };

/// Lives in <images>/<image>/<number>/ with manifest.json, kernel, initramfs, root.squashfs or root/, and in
/// boot/ what boards need beside these: firmware/*, dtbs/VENDOR/*.dtb, overlays/*, grubaa64.efi,
/// grubaa64-http.efi.
struct Generation {
  std::string image;
  int number = 0;
  std::string architecture;         ///< Debian's word: amd64, arm64
  std::string digest;               ///< SHA-256 of the root, 64 hex digits
  std::string kernel_version;       ///< as in /lib/modules
  std::string origin;               ///< "recipe compute.toml", "import root.tar.zst"
  std::vector<std::string> boards;  ///< that can boot it, as in boot_files.hpp: "pi4", "u-boot"
  std::vector<std::string> doubts;  ///< which boards may not, and why, for people
  RootKind root_kind = RootKind::squashfs;
  std::uint64_t bytes = 0;  ///< on disk, all files together
  std::chrono::system_clock::time_point created{};
  std::filesystem::path folder;

  std::filesystem::path kernel() const { return folder / "kernel"; }
  std::filesystem::path initramfs() const { return folder / "initramfs"; }
  std::filesystem::path boot() const { return folder / "boot"; }
  bool boots(std::string_view board) const {
    return std::find(boards.begin(), boards.end(), board) != boards.end();
  }
  std::filesystem::path root() const {
    return folder / (root_kind == RootKind::squashfs ? "root.squashfs" : "root");
  }
  /// "compute/3", the word of logs, scripts and the node's report.
  std::string label() const { return image + "/" + std::to_string(number); }
};

}  // namespace rootstock::rootfs
