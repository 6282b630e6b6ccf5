#include "server/boot/boot_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

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

}  // namespace

BootName boot_name(std::string_view path) {
  if (path == "boot.ipxe") return {BootPart::script, {}, 0, {}};
  if (std::ranges::find(loaders, path) != loaders.end()) return {BootPart::loader, {}, 0, std::string{path}};
  if (const auto part = generation_part(path)) return {*part, {}, 0, {}};
  if (auto name = explicit_generation(path)) return *name;
  return {BootPart::extra, {}, 0, std::string{path}};
}

std::string words_for(const BootName& name) {
  switch (name.part) {
    case BootPart::loader: return "the loader " + name.file;
    case BootPart::script: return "the boot script";
    case BootPart::kernel: return "the kernel";
    case BootPart::initramfs: return "the initramfs";
    case BootPart::extra: break;
  }
  return name.file;
}

}  // namespace rootstock::server
