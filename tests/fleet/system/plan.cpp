#include "tests/fleet/system/plan.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <random>
#include <utility>

#include "tests/fleet/system/faults.hpp"

namespace rootstock::fleet {
namespace {

struct Count {
  std::string word;
  unsigned count = 1;
};

constexpr std::string_view kinds_hint =
    "kinds: pi3, pi3plus, pi4, pi5, uboot, uefi (arm64), uefi_x64, http_arm64, http_x64, pxe (x86 BIOS), "
    "ipxe, unknown; "
    "as in --boards pi3:16,pi4:16,uboot:8";
constexpr std::string_view misbehaviour_hint =
    "there are never-ack, tight-loop and power-cut, as in power-cut:2";

Result<std::vector<Count>, Failure> counts(std::string_view text, std::string_view hint) {
  std::vector<Count> found;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto colon = std::min(item.find(':'), item.size());
    Count count{std::string(item.substr(0, colon)), 1};
    if (colon < item.size()) {
      const auto digits = item.substr(colon + 1);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count.count);
      if (error != std::errc{} || end != digits.data() + digits.size() || count.count > 10000)
        return fail(fmt::format("`{}` is no number of boards", digits), std::string(hint));
    }
    found.push_back(std::move(count));
  }
  return found;
}

/// The words people use, for the personas that are meant.
std::optional<Persona> persona_of(const std::string& word) {
  if (word == "pi3") return Persona::pi3rom;
  if (word == "uefi") return Persona::uefi_arm64;
  if (word == "pxe") return Persona::pxe_bios;
  return persona_named(word);
}

/// The vendor's part of the address is what firmware of that kind has: NETBOOT-FACTS section 0; Rock Pi 4
/// (section 4) makes up a local one.
std::array<std::uint8_t, 3> vendor(Persona persona) {
  switch (persona) {
    case Persona::pi3rom:
    case Persona::pi3plus: return {0xb8, 0x27, 0xeb};
    case Persona::pi4: return {0xdc, 0xa6, 0x32};
    case Persona::pi5: return {0x2c, 0xcf, 0x67};
    case Persona::uboot: return {0x02, 0x52, 0x6b};
    // QEMU's, with the kind in it: no two plays give one address to two kinds of board.
    default: return {0x52, 0x54, static_cast<std::uint8_t>(persona)};
  }
}

/// What the years have changed in a Pi's boot loader (NETBOOT-FACTS 8.1): of four boards, one is as of today,
/// three older.
void vary(BoardSpec& spec, unsigned number) {
  const bool pi = spec.persona == Persona::pi4;
  switch (number % 4) {
    case 1:
      spec.options_of_2019 = pi;
      spec.block_size = pi ? 1024 : spec.block_size;
      spec.block_rollover = !pi;
      spec.double_slash = !pi;
      break;
    case 2:
      spec.fourcc_reversed = pi;
      spec.block_rollover = !pi;
      break;
    case 3: spec.wait_ack = pi || spec.persona == Persona::pi5; break;
    default: break;
  }
  if (spec.persona == Persona::uboot && number % 2 == 1) {
    spec.fdtfile = "nvidia/tegra210-p3450-0000.dtb";
    spec.soc = "tegra210";
    spec.board_name = "p3450-0000";
  }
}

class Planner {
 public:
  explicit Planner(const PlanWords& words) : words_(words), random_(words.seed) {}

  Player next(Persona persona, std::string group) {
    const auto number = static_cast<std::uint16_t>(players_.size() + 1);
    const auto of_group = ++numbers_[group];
    Player player{fmt::format("{}-{:02}", group, of_group), std::move(group), {}, true};
    player.spec.persona = persona;
    const auto oui = vendor(persona);
    // fe: no vendor was seen to use it in the first place of its own part, so pretended boards are known at
    // sight.
    player.spec.mac.bytes = {oui[0],
                             oui[1],
                             oui[2],
                             static_cast<std::uint8_t>(0xfe ^ words_.site),
                             static_cast<std::uint8_t>(number >> 8),
                             static_cast<std::uint8_t>(number)};
    if (number == 1 && words_.mac) player.spec.mac = *words_.mac;
    // Nor one serial to boards of two addresses.
    player.spec.serial = 0xfe000000U | (oui[2] & 0x0fU) << 20 | (words_.site & 0x0fU) << 16 | number;
    player.spec.seed = static_cast<std::uint32_t>(random_());
    player.spec.power_cycled = words_.power_cycled;
    if (!words_.same_firmware) vary(player.spec, of_group - 1);
    return player;
  }

  void add(Player player) { players_.push_back(std::move(player)); }
  Tick within(Tick longest) {
    return Tick{std::uniform_int_distribution<Tick::rep>{0, longest.count()}(random_)};
  }
  std::vector<Player> take() { return std::move(players_); }

 private:
  const PlanWords& words_;
  std::mt19937 random_;
  std::map<std::string, unsigned> numbers_;
  std::vector<Player> players_;
};

Result<void, Failure> add_misbehaving(Planner& planner, const Count& count) {
  for (unsigned number = 0; number < count.count; ++number) {
    auto player = planner.next(Persona::pi4, count.word);
    player.well_behaved = false;
    if (count.word == "never-ack") {
      player.spec.never_acks_data = true;
    } else if (count.word == "tight-loop") {
      player.spec.tight_loop = true;
    } else if (count.word == "power-cut") {
      player.spec.power_cut = Tick{500'000} + planner.within(Tick{4'000'000});
      player.well_behaved = true;  // once the power is back it has to come up
    } else {
      return fail(fmt::format("no board misbehaves like `{}`", count.word), std::string(misbehaviour_hint));
    }
    planner.add(std::move(player));
  }
  return {};
}

/// Twins share what their fault is named after.
void make_twin(Player& player, const Player& first, std::string_view fault) {
  if (fault == "same-mac") player.spec.mac = first.spec.mac;
  if (fault == "same-serial") player.spec.serial = first.spec.serial;
}

Result<void, Failure> add_faulty(Planner& planner, const Count& count) {
  std::optional<Player> first;
  for (unsigned number = 0; number < count.count; ++number) {
    auto player = planner.next(persona_of_fault(count.word), count.word);
    player.well_behaved = false;
    if (!afflict(player, count.word))
      return fail(fmt::format("there is no fault `{}`", count.word), "there are " + fault_words());
    if (first) make_twin(player, *first, count.word);
    if (!first) first = player;
    planner.add(std::move(player));
  }
  return {};
}

struct Unit {
  std::string_view name;
  double factor;
};

template <std::size_t size>
std::optional<double> with_unit(std::string_view text, const std::array<Unit, size>& units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !(number >= 0 && number <= 1e9)) return std::nullopt;  // "inf" and "nan" too
  const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& one : units)
    if (one.name == unit) return number * one.factor;
  return std::nullopt;
}

}  // namespace

Result<std::vector<Player>, Failure> plan(const PlanWords& words) {
  Planner planner(words);
  const auto boards = counts(words.boards, kinds_hint);
  if (!boards) return tl::unexpected(boards.error());
  for (const auto& count : *boards) {
    const auto persona = persona_of(count.word);
    if (!persona)
      return fail(fmt::format("there is no kind of board `{}`", count.word), std::string(kinds_hint));
    for (unsigned number = 0; number < count.count; ++number) planner.add(planner.next(*persona, count.word));
  }
  const auto misbehaving = counts(words.misbehaving, misbehaviour_hint);
  if (!misbehaving) return tl::unexpected(misbehaving.error());
  for (const auto& count : *misbehaving)
    if (auto done = add_misbehaving(planner, count); !done) return tl::unexpected(done.error());
  const auto faults = counts(words.faults, "as in --fault lost:1,slow-link:2");
  if (!faults) return tl::unexpected(faults.error());
  for (const auto& count : *faults)
    if (auto done = add_faulty(planner, count); !done) return tl::unexpected(done.error());
  auto players = planner.take();
  if (players.empty()) return fail("no boards to play", std::string(kinds_hint));
  return players;
}

std::optional<double> parse_chance(std::string_view text) {
  const auto chance = with_unit(text, std::array<Unit, 2>{{{"", 1}, {"%", 0.01}}});
  return chance && *chance < 1 ? chance : std::nullopt;
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  const auto rate =
      with_unit(text, std::array<Unit, 4>{{{"", 1}, {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}}});
  if (!rate) return std::nullopt;
  return static_cast<std::uint64_t>(*rate);
}

std::optional<Tick> parse_time(std::string_view text) {
  const auto time = with_unit(text, std::array<Unit, 4>{{{"", 1e6}, {"s", 1e6}, {"ms", 1e3}, {"min", 6e7}}});
  if (!time) return std::nullopt;
  return Tick{static_cast<Tick::rep>(*time)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto size =
      with_unit(text, std::array<Unit, 4>{{{"", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}}});
  if (!size) return std::nullopt;
  return static_cast<std::uint64_t>(*size);
}

}  // namespace rootstock::fleet
