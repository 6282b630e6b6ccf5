// EDK2's PXE and HTTP boot, old BIOS ROMs, a card with iPXE in it, and a machine nobody has a loader for.
#include <fmt/format.h>

#include "tests/fleet/firmware/fetcher.hpp"
#include "tests/fleet/firmware/loaders.hpp"
#include "tests/fleet/firmware/pxe_dhcp.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t arch_bios = 0, arch_x64 = 7, arch_arm64 = 11, arch_x64_http = 16,
                        arch_arm64_http = 19, arch_nobody_knows = 33;

/// First the size, aborted at the OACK; then the file in windows of four (facts 2.5).
TftpStyle edk2_style() {
  TftpStyle style;
  style.options = {{"tsize", "0"}, {"blksize", "1468"}, {"windowsize", "4"}};
  style.answers_gaps = true;
  style.probe_error = 8;
  style.probe_text = "User aborted";
  style.repeat_after = 4s;
  style.repeats = 6;
  return style;
}

TftpStyle bios_rom_style(bool size_only) {
  TftpStyle style;
  style.options = {{size_only ? "tsize" : "blksize", size_only ? "0" : "1456"}};
  style.probe_text = "TFTP Aborted";
  style.repeat_after = 2s;
  style.repeats = 8;
  return style;
}

bool is_grub(std::string_view file) { return file.find("grub") != std::string_view::npos; }
bool is_ipxe(std::string_view file) {
  for (const std::string_view name : {"ipxe", "snponly", "undionly"})
    if (file.find(name) != std::string_view::npos) return true;
  return false;
}

/// What was loaded now runs.
Task<Outcome> start_loader(Machine& machine, std::string file, std::string device, std::uint16_t arch) {
  if (is_grub(file)) {
    const bool has_http = machine.spec.grub_has_http || file.ends_with("grubaa64-http.efi");
    co_return co_await run_grub(machine, device, has_http);
  }
  const auto tftp = device.starts_with("tftp,") ? Ipv4::parse(device.substr(5)).value_or(Ipv4{}) : Ipv4{};
  if (is_ipxe(file)) co_return co_await run_ipxe(machine, arch, tftp);
  co_return stuck(file + " is no loader that the fleet can play");
}

Task<Outcome> load_by_tftp(Machine& machine, PxeLease lease, TftpStyle probe, TftpStyle style,
                           std::uint16_t arch) {
  if (lease.boot_file.empty()) co_return stuck("no boot file name in the answer");
  machine.enter(Stage::firmware_files, "firmware asks for " + lease.boot_file);
  machine.next_port = static_cast<std::uint16_t>(1024 + machine.random() % 0xe000);
  Fetcher sizes{machine, probe}, files{machine, style};
  const auto size = co_await sizes.tftp(lease.server, lease.boot_file, Want::probe);
  if (!size.found()) co_return stuck(lease.boot_file + ": " + size.words);
  const auto file = co_await files.tftp(lease.server, lease.boot_file, Want::file);
  if (!file.got()) co_return stuck(lease.boot_file + ": " + file.words);
  const auto device = "tftp," + lease.server.text();
  co_return co_await start_loader(machine, lease.boot_file, device, arch);
}

}  // namespace

Task<Outcome> boot_uefi(Machine& machine) {
  const auto arch = machine.spec.persona == Persona::uefi_x64 ? arch_x64 : arch_arm64;
  machine.enter(Stage::firmware_dhcp, "UEFI PXE asks for an address");
  const auto lease = co_await pxe_dhcp(machine, edk2_profile(arch));
  if (!lease) co_return stuck("UEFI PXE: no DHCP answer");
  const auto style = edk2_style();
  co_return co_await load_by_tftp(machine, *lease, style, style, arch);
}

Task<Outcome> boot_efi_from_uboot(Machine& machine) {
  auto profile = edk2_profile(arch_arm64);
  profile.undi_major = 1;  // the one thing in which its disguise differs
  profile.flags = 0;
  machine.enter(Stage::firmware_dhcp, "U-Boot asks as a UEFI PXE client");
  const auto lease = co_await pxe_dhcp(machine, profile);
  if (!lease) co_return dead("U-Boot: no DHCP answer for its EFI boot");
  auto style = edk2_style();
  style.options = {{"timeout", "5"}, {"tsize", "0"}, {"blksize", "1468"}};
  if (lease->boot_file.empty()) co_return dead("U-Boot: no boot file name in the answer");
  machine.enter(Stage::firmware_files, "U-Boot asks for " + lease->boot_file);
  Fetcher files{machine, style};
  const auto file = co_await files.tftp(lease->server, lease->boot_file, Want::file);
  if (!file.got()) co_return dead(lease->boot_file + ": " + file.words);
  const auto tree = "dtb/" + machine.spec.fdtfile;
  co_await files.tftp(lease->server, tree, Want::file);
  const auto device = "tftp," + lease->server.text();
  co_return co_await start_loader(machine, lease->boot_file, device, arch_arm64);
}

Task<Outcome> boot_uefi_http(Machine& machine) {
  const bool x64 = machine.spec.persona == Persona::http_x64;
  machine.enter(Stage::firmware_dhcp, "UEFI HTTP boot asks for an address");
  const auto lease = co_await pxe_dhcp(machine, edk2_http_profile(x64 ? arch_x64_http : arch_arm64_http));
  if (!lease) co_return stuck("UEFI HTTP boot: no offer that says HTTPClient and an http:// address");
  const auto url = lease->boot_file;
  machine.enter(Stage::firmware_files, "firmware asks for " + url);
  const auto size = co_await machine.web("HEAD", url, false);
  if (size.status != 200)
    co_return stuck(fmt::format("HEAD {}: status {} {}", url, size.status, size.failure));
  Fetcher fetcher{machine, edk2_style()};
  const auto file = co_await fetcher.http(url, Want::file);
  if (!file.got()) co_return stuck(url + ": " + file.words);
  const auto host = url.find("://") + 3;
  const auto device = "http," + url.substr(host, url.find('/', host) - host);
  co_return co_await start_loader(machine, url, device, x64 ? arch_x64 : arch_arm64);
}

Task<Outcome> boot_pxe_rom(Machine& machine) {
  machine.enter(Stage::firmware_dhcp, "PXE ROM asks for an address");
  const auto lease = co_await pxe_dhcp(machine, bios_rom_profile());
  if (!lease) co_return stuck("PXE ROM: no DHCP answer (PXE-E51)");
  const auto probe = bios_rom_style(true), style = bios_rom_style(false);
  co_return co_await load_by_tftp(machine, *lease, probe, style, arch_bios);
}

Task<Outcome> boot_ipxe(Machine& machine) { co_return co_await run_ipxe(machine, arch_bios, Ipv4{}); }

Task<Outcome> boot_unknown(Machine& machine) {
  machine.enter(Stage::firmware_dhcp, "unknown PXE firmware asks for an address");
  const auto lease = co_await pxe_dhcp(machine, edk2_profile(arch_nobody_knows));
  if (!lease) co_return stuck("unknown firmware: no DHCP answer");
  if (lease->boot_file.empty()) co_return dead("has an address, and was sent nothing to boot");
  co_return dead("was sent " + lease->boot_file + ", which cannot be for it");
}

}  // namespace rootstock::fleet
