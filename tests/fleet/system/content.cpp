#include "tests/fleet/system/content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rootstock::fleet {
namespace {

bool ends(std::string_view name, std::string_view suffix) { return name.ends_with(suffix); }

bool is_firmware(std::string_view name) {
  return name == "bootcode.bin" || (name.starts_with("start") && ends(name, ".elf")) ||
         (name.starts_with("fixup") && ends(name, ".dat"));
}

/// "http://10.77.0.1/compute/7/kernel", "d83add01//overlays/x.dtbo": the parts between slashes, empty ones
/// left out.
std::vector<std::string_view> parts_of(std::string_view name) {
  if (name.starts_with("http://")) name.remove_prefix(7);
  std::vector<std::string_view> parts;
  while (!name.empty()) {
    const auto slash = std::min(name.find('/'), name.size());
    if (slash > 0) parts.push_back(name.substr(0, slash));
    name.remove_prefix(std::min(slash + 1, name.size()));
  }
  return parts;
}

}  // namespace

std::optional<std::string> place_in_generation(std::string_view asked) {
  const auto parts = parts_of(asked);
  if (parts.empty()) return std::nullopt;
  const auto name = parts.back();
  const std::string folder = parts.size() > 1 ? std::string(parts[parts.size() - 2]) : "";
  if (name == "kernel" || name == "kernel8.img" || name == "kernel_2712.img") return "kernel";
  if (name == "initramfs" || name == "initramfs8" || name == "initramfs_2712") return "initramfs";
  if (name == "grubaa64.efi" || name == "grubaa64-http.efi") return fmt::format("boot/{}", name);
  if (is_firmware(name)) return fmt::format("boot/firmware/{}", name);
  if (folder == "overlays") return fmt::format("boot/overlays/{}", name);
  if (!ends(name, ".dtb")) return std::nullopt;
  // A Pi asks for the bare name, U-Boot says whose it is: dtbs/rockchip/rk3399-rock-pi-4a.dtb.
  const bool vendor_named = parts.size() > 2 && parts[parts.size() - 3] == "dtbs";
  return fmt::format("boot/dtbs/{}/{}", vendor_named ? folder : "broadcom", name);
}

std::optional<std::string> Content::compare(const PieceRead& piece, const std::string& reader) {
  const auto [known, is_new] = pieces_.try_emplace(piece.place, First{piece.sha256, reader});
  if (is_new || known->second.sha256 == piece.sha256) return std::nullopt;
  return fmt::format("{} differs from what {} read", piece.place, known->second.reader);
}

std::vector<std::string> Content::compare(const std::vector<FetchedFile>& files, const std::string& reader) {
  std::vector<std::string> differences;
  for (const auto& file : files) {
    const auto place = place_in_generation(file.name);
    if (!place) continue;
    boot_files_.insert(*place);
    if (auto difference = compare(PieceRead{*place, file.sha256}, reader)) {
      differences.push_back(fmt::format("{}: {}", file.name, *difference));
    }
  }
  return differences;
}

}  // namespace rootstock::fleet
