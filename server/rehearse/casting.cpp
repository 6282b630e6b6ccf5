#include "server/rehearse/casting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "rootfs/boot_files.hpp"

namespace rootstock::server {
namespace {

struct Kind {
  std::string_view word, architecture;
  std::string_view board;  ///< as generations name what they boot
};

namespace boards = rootfs::boards;
constexpr std::string_view amd64 = "amd64", arm64 = "arm64";
constexpr std::array kinds{
    Kind{"pi3", arm64, boards::pi3},         Kind{"pi3plus", arm64, boards::pi3},
    Kind{"pi4", arm64, boards::pi4},         Kind{"pi5", arm64, boards::pi5},
    Kind{"uboot", arm64, boards::u_boot},    Kind{"uefi", arm64, boards::uefi},
    Kind{"uefi_arm64", arm64, boards::uefi}, Kind{"http_arm64", arm64, boards::uefi_http},
    Kind{"uefi_x64", amd64, boards::uefi},   Kind{"http_x64", amd64, boards::uefi},
    Kind{"pxe", amd64, boards::bios},        Kind{"ipxe", amd64, boards::bios},
};

/// What stands in the way of this kind; empty: nothing. A generation of before boards were written down may
/// boot any: the head does not refuse it either.
std::string lack_of(const Stock& stock, const Kind& kind) {
  const auto fits = std::find_if(stock.begin(), stock.end(),
                                 [&](auto& one) { return one.architecture == kind.architecture; });
  if (fits == stock.end()) return fmt::format("it has no generation for {}", kind.architecture);
  if (fits->boards.empty() || fits->boots(kind.board)) return {};
  return fmt::format("{} boots {}", fits->label(), fmt::join(fits->boards, ", "));
}

const Kind* kind_named(std::string_view word) {
  const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](auto& one) { return one.word == word; });
  return found == kinds.end() ? nullptr : found;
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
  for (const auto architecture : {amd64, arm64})
    if (auto active = store.active(image, std::string(architecture))) stock.push_back(std::move(*active));
  return stock;
}

Result<std::string, Failure> usual_boards(const Stock& stock, const std::string& image) {
  for (const auto* word : {"pi4", "pi3", "pi5", "pxe", "uefi_x64", "uefi", "uboot"})
    if (lack_of(stock, *kind_named(word)).empty()) return fmt::format("{}:40", word);
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
    const auto* kind = kind_named(item.word);
    if (kind == nullptr) continue;
    if (const auto lack = lack_of(stock, *kind); !lack.empty())
      return fail(fmt::format("image `{}` cannot boot {}: {}", image, item.word, lack), build_hint(image));
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
