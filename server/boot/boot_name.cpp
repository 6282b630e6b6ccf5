#include "server/boot/boot_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "server/boot/extlinux.hpp"
#include "server/boot/pi_root.hpp"

namespace rootstock::server {
namespace {

/// What Debian's package `ipxe` installs and dhcp/policy.cpp advises.
constexpr std::array<std::string_view, 3> loaders{"undionly.kpxe", "snponly.efi", "ipxe.efi"};

std::optional<BootPart> generation_part(std::string_view file) {
  if (file == "kernel") return BootPart::kernel;
  if (file == "initramfs") return BootPart::initramfs;
  return std::nullopt;
}

/// A generation's number: digits only, no leading zero, so that one file has one name.
std::optional<int> generation_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (number < 1 || text.front() == '0') return std::nullopt;
  return number;
}

std::optional<BootName> explicit_generation(std::string_view path) {
  const auto first = path.find('/');
  const auto second = first == path.npos ? path.npos : path.find('/', first + 1);
  if (second == path.npos || first == 0 || path.front() == '.') return std::nullopt;
  const auto number = generation_number(path.substr(first + 1, second - first - 1));
  const auto part = generation_part(path.substr(second + 1));
  if (!number || !part) return std::nullopt;
  return BootName{*part, std::string{path.substr(0, first)}, *number, {}};
}

/// "dtbs/rockchip/rk3399-rock-pi-4a.dtb": `fdtdir` and $fdtfile.
bool is_device_tree(std::string_view path) { return path.starts_with("dtbs/") && path.ends_with(".dtb"); }

std::optional<BootText> text_named(std::string_view path, const Asker& asker) {
  if (path == "boot.ipxe") return BootText::boot_ipxe;
  if (path == "autoexec.ipxe") return BootText::autoexec_ipxe;
  if (path == "grub/grub.cfg") return BootText::grub_cfg;
  if (path == "grub/node.cfg") return BootText::grub_node_cfg;
  if (asker.mac != Mac{} && path == extlinux_name(asker.mac)) return BootText::extlinux;
  return std::nullopt;
}

BootPart part_of(BootText text) {
  const bool says_what =
      text == BootText::boot_ipxe || text == BootText::extlinux || text == BootText::grub_node_cfg;
  return says_what ? BootPart::script : BootPart::settings;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// GRUB is no part of the board.
std::string words_for_firmware(std::string_view file) {
  return (file.ends_with(".efi") ? "the loader " : "the firmware ") + std::string{file};
}

std::string_view words_for(BootText text) {
  switch (text) {
    case BootText::autoexec_ipxe: return "autoexec.ipxe";
    case BootText::grub_cfg: return "grub.cfg";
    case BootText::pi_config: return "config.txt";
    case BootText::pi_cmdline: return "cmdline.txt";
    default: return "its settings";
  }
}

}  // namespace

BootName boot_name(std::string_view path, const Asker& asker) {
  if (asker.raspberry_pi) {
    const auto below = pi_path(path, asker);
    if (below.of_another) return {BootPart::nothing, {}, 0, std::string{path}};
    if (auto name = pi_name(below.name)) return *std::move(name);
    if (below.below_a_root) return {BootPart::extra, {}, 0, std::string{below.name}};
  }
  if (const auto text = text_named(path, asker)) return {part_of(*text), {}, 0, {}, *text};
  if (std::ranges::find(loaders, path) != loaders.end()) return {BootPart::loader, {}, 0, std::string{path}};
  if (path == "grubaa64.efi" || path == "grubaa64-http.efi")
    return {BootPart::firmware, {}, 0, "boot/" + std::string{path}};
  if (is_device_tree(path)) return {BootPart::device_tree, {}, 0, "boot/" + std::string{path}};
  if (const auto part = generation_part(path)) return {*part, {}, 0, {}};
  if (auto name = explicit_generation(path)) return *name;
  return {BootPart::extra, {}, 0, std::string{path}};
}

std::string words_for(const BootName& name) {
  switch (name.part) {
    case BootPart::loader: return "the loader " + name.file;
    case BootPart::firmware: return words_for_firmware(last_part(name.file));
    case BootPart::settings: return std::string{words_for(name.text)};
    case BootPart::script: return "the boot script";
    case BootPart::device_tree: return "the device tree " + std::string{last_part(name.file)};
    case BootPart::kernel: return "the kernel";
    case BootPart::initramfs: return "the initramfs";
    case BootPart::nothing:
    case BootPart::extra: break;
  }
  return name.file;
}

}  // namespace rootstock::server
