#include "server/rehearse/casting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>

namespace rootstock::server {
namespace {

namespace fs = std::filesystem;

struct Kind {
  std::string_view word;
  bool Stock::*needs;
  std::string_view lacks;  ///< what is missing where it cannot boot
};

constexpr std::string_view no_arm64 = "no generation for arm64", no_amd64 = "no generation for amd64";
constexpr std::array kinds{
    Kind{"pi3", &Stock::pi3, "no firmware or device tree of a Raspberry Pi 3"},
    Kind{"pi3plus", &Stock::pi3, "no firmware or device tree of a Raspberry Pi 3"},
    Kind{"pi4", &Stock::pi4, "no firmware or device tree of a Raspberry Pi 4"},
    Kind{"pi5", &Stock::pi5, "no device tree of a Raspberry Pi 5"},
    Kind{"uboot", &Stock::arm64, no_arm64},
    Kind{"uefi", &Stock::arm64, no_arm64},
    Kind{"uefi_arm64", &Stock::arm64, no_arm64},
    Kind{"http_arm64", &Stock::arm64, no_arm64},
    Kind{"uefi_x64", &Stock::amd64, no_amd64},
    Kind{"http_x64", &Stock::amd64, no_amd64},
    Kind{"pxe", &Stock::amd64, no_amd64},
    Kind{"ipxe", &Stock::amd64, no_amd64},
};

bool has_tree(const fs::path& generation, std::string_view start) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(generation / "boot/dtbs/broadcom", error))
    if (entry.path().filename().string().starts_with(start)) return true;
  return false;
}

struct Item {
  std::string word;
  unsigned count = 1;
};

/// Faults in the words are the fleet's to tell: it knows all kinds of boards.
std::vector<Item> items(std::string_view boards) {
  std::vector<Item> found;
  while (!boards.empty()) {
    const auto comma = std::min(boards.find(','), boards.size());
    const auto item = boards.substr(0, comma);
    boards.remove_prefix(std::min(comma + 1, boards.size()));
    const auto colon = std::min(item.find(':'), item.size());
    Item one{std::string(item.substr(0, colon)), 1};
    if (colon < item.size()) std::from_chars(item.data() + colon + 1, item.data() + item.size(), one.count);
    found.push_back(std::move(one));
  }
  return found;
}

std::string build_hint(const std::string& image) {
  return fmt::format("`rootstock image build {}`, with a recipe that has what these boards need", image);
}

}  // namespace

Stock stock_of(const rootfs::Store& store, const std::string& image) {
  Stock stock;
  stock.amd64 = store.active(image, "amd64").has_value();
  const auto arm64 = store.active(image, "arm64");
  stock.arm64 = arm64.has_value();
  if (!arm64) return stock;
  const auto firmware = [&](const char* name) { return fs::exists(arm64->folder / "boot/firmware" / name); };
  stock.pi3 = firmware("bootcode.bin") && firmware("start.elf") &&
              (has_tree(arm64->folder, "bcm2710-rpi-") || has_tree(arm64->folder, "bcm2837-rpi-"));
  stock.pi4 = firmware("start4.elf") && firmware("fixup4.dat") && has_tree(arm64->folder, "bcm2711-rpi-");
  stock.pi5 = has_tree(arm64->folder, "bcm2712-");
  return stock;
}

Result<std::string, Failure> usual_boards(const Stock& stock, const std::string& image) {
  if (stock.pi4) return "pi4:40";
  if (stock.amd64) return "pxe:40";
  if (stock.arm64) return "uefi:40";
  return fail(fmt::format("there is no image `{}` for boards to boot", image),
              fmt::format("`rootstock image build {}` makes it", image));
}

unsigned number_of(const std::string& boards) {
  unsigned number = 0;
  for (const auto& item : items(boards)) number += item.count;
  return number;
}

Result<void, Failure> may_play(const std::string& boards, const Stock& stock, const Settings& settings) {
  const auto& image = settings.nodes.image;
  for (const auto& item : items(boards)) {
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](auto& one) { return one.word == item.word; });
    if (kind != kinds.end() && !(stock.*kind->needs))
      return fail(fmt::format("image `{}` cannot boot {}: it has {}", image, item.word, kind->lacks),
                  build_hint(image));
  }
  const auto number = number_of(boards), room = static_cast<unsigned>(settings.network.pool.size());
  if (number > room)
    return fail(
        fmt::format("{} boards do not fit: {} has room for {}", number, settings.network.pool.text(), room),
        "play fewer boards, or give the cluster a larger network (network.address, network.pool)");
  if (settings.dhcp.mode != DhcpMode::server)
    return fail(
        "with dhcp.mode = \"proxy\" another server gives the addresses, and a rehearsal has no such server",
        "play against the running head from another machine of that network: rootstock rehearse --interface "
        "IF");
  return {};
}

unsigned memory_needed(unsigned boards) { return 200 + boards / 2; }

}  // namespace rootstock::server
