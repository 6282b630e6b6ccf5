#include "tests/fleet/system/identity.hpp"

#include <fmt/format.h>

namespace rootstock::fleet {
namespace {

/// The boot loader shows the low half alone (NETBOOT-FACTS 1.1); the upper half tells the chip on Pi 4, and
/// is random on Pi 5 (eeprom#563).
std::string serial_of(const BoardSpec& spec) {
  switch (spec.persona) {
    case Persona::pi3rom:
    case Persona::pi3plus: return fmt::format("{:016x}", spec.serial);
    case Persona::pi4: return fmt::format("10000000{:08x}", spec.serial);
    case Persona::pi5: return fmt::format("{:08x}{:08x}", spec.seed, spec.serial);
    default: return {};
  }
}

std::string model_of(const BoardSpec& spec) {
  switch (spec.persona) {
    case Persona::pi3rom: return "Raspberry Pi 3 Model B Rev 1.2";
    case Persona::pi3plus: return "Raspberry Pi 3 Model B Plus Rev 1.3";
    case Persona::pi4: return "Raspberry Pi 4 Model B Rev 1.4";
    case Persona::pi5: return "Raspberry Pi 5 Model B Rev 1.0";
    case Persona::uboot:
      return spec.soc == "tegra210" ? "NVIDIA Jetson Nano Developer Kit" : "Radxa ROCK Pi 4A";
    default: return "Standard PC";
  }
}

/// SMBIOS 2.6 writes the first three fields in little endian, and the kernel shows them the other way round
/// from the bytes that firmware sends as option 97.
std::string uuid_of(const BoardSpec& spec) {
  std::string bytes = "fleetboard";
  for (const auto byte : spec.mac.bytes) bytes += static_cast<char>(byte);
  std::string text;
  for (const int at : {3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15})
    text +=
        at < 0 ? "-" : fmt::format("{:02x}", static_cast<unsigned char>(bytes[static_cast<std::size_t>(at)]));
  return text;
}

bool has_smbios(Persona persona) { return persona >= Persona::uefi_x64 && persona <= Persona::ipxe; }

}  // namespace

Identity identity_of(const BoardSpec& spec) {
  return {serial_of(spec), model_of(spec), has_smbios(spec.persona) ? uuid_of(spec) : ""};
}

}  // namespace rootstock::fleet
