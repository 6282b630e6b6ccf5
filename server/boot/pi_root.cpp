#include "server/boot/pi_root.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "rootfs/boot_files.hpp"

namespace rootstock::server {
namespace {

using dhcp::Dialect;

constexpr std::string_view firmware_folder = "boot/firmware/", overlays_folder = "boot/overlays/",
                           trees_folder = "boot/dtbs/broadcom/";
constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_hex(std::string_view text) { return text.find_first_not_of(hex_digits) == text.npos; }

/// "%08x" of the serial: boards write it in lower case.
bool is_serial(std::string_view folder) { return folder.size() == 8 && is_hex(folder); }

/// "dc-a6-32-01-02-03"
bool is_dashed_mac(std::string_view folder) {
  if (folder.size() != 17) return false;
  for (std::size_t at = 0; at < folder.size(); ++at)
    if (at % 3 == 2 ? folder[at] != '-' : !is_hex(folder.substr(at, 1))) return false;
  return true;
}

/// What a model cannot do without (NETBOOT-FACTS 2.2 to 2.4, 3). A Pi 5 has its firmware in its EEPROM.
struct Needs {
  Dialect board;
  std::array<std::string_view, 3> firmware;
  std::array<std::string_view, 2>
      trees;  ///< one that starts like this; the first is how they are named today
};

constexpr std::array needs{
    Needs{Dialect::pi3, {"bootcode.bin", "start.elf", "fixup.dat"}, {"bcm2710-rpi-", "bcm2837-rpi-"}},
    Needs{Dialect::pi4, {"start4.elf", "fixup4.dat"}, {"bcm2711-rpi-"}},
    Needs{Dialect::pi5, {}, {"bcm2712-"}},
};

std::optional<Failure> missing(const Needs& model, const Inventory& has, const std::string& label) {
  const auto name = dhcp::name_of(model.board);
  for (const auto file : model.firmware)
    if (!file.empty() && !has.has(std::string{firmware_folder}.append(file)))
      return Failure{
          fmt::format("{} cannot boot a {}: it has no boot/firmware/{}", label, name, file),
          "build the image from a recipe with Raspberry Pi firmware, as pi-debian and pi-os have it"};
  const auto is_there = [&](std::string_view start) {
    return !start.empty() && has.has_any(std::string{trees_folder}.append(start));
  };
  if (std::ranges::none_of(model.trees, is_there))
    return Failure{
        fmt::format("{} cannot boot a {}: its kernel brings no device tree {}{}*.dtb", label, name,
                    trees_folder, model.trees.front()),
        "build the image from a recipe whose kernel knows this model: pi-os has one for every Raspberry Pi"};
  for (const auto* file : {"kernel", "initramfs"})
    if (!has.has(file))
      return Failure{fmt::format("{} cannot boot: its file {} is missing", label, file),
                     "was the generation deleted by hand? Build the image again"};
  return std::nullopt;
}

}  // namespace

PiPath pi_path(std::string_view path, const Asker& asker) {
  const auto folder = path.substr(0, path.find('/'));
  if (folder.size() == path.size() || (!is_serial(folder) && !is_dashed_mac(folder))) return {path};
  const bool own = folder == asker.serial || folder == asker.mac.text('-');
  return {path.substr(folder.size() + 1), true, !own};
}

std::optional<BootName> pi_name(std::string_view name) {
  if (name == "config.txt") return BootName{BootPart::settings, {}, 0, {}, BootText::pi_config};
  if (name == "cmdline.txt") return BootName{BootPart::settings, {}, 0, {}, BootText::pi_cmdline};
  if (name == "kernel8.img") return BootName{BootPart::kernel, {}, 0, {}};
  if (name == "initramfs8") return BootName{BootPart::initramfs, {}, 0, {}};
  if (name.starts_with("overlays/"))
    return BootName{
        BootPart::device_tree, {}, 0, std::string{overlays_folder}.append(name.substr(name.find('/') + 1))};
  if (name.find('/') != name.npos) return std::nullopt;
  if (name.ends_with(".dtb"))
    return BootName{BootPart::device_tree, {}, 0, std::string{trees_folder}.append(name)};
  if (rootfs::is_pi_firmware(name))
    return BootName{BootPart::firmware, {}, 0, std::string{firmware_folder}.append(name)};
  return std::nullopt;
}

std::optional<Failure> pi_cannot_boot(Dialect board, const Inventory& has, const std::string& label) {
  std::optional<Failure> first;
  for (const auto& model : needs) {
    if (board != Dialect::pi && board != model.board) continue;
    auto why = missing(model, has, label);
    if (!why) return std::nullopt;
    if (!first) first = std::move(why);
  }
  return first;
}

bool upstream_trees(const Inventory& has) { return !has.has_any("boot/dtbs/broadcom/bcm2710-"); }

}  // namespace rootstock::server
