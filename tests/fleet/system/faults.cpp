#include "tests/fleet/system/faults.hpp"

#include <algorithm>
#include <array>

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

/// A switch port listens and learns for two forward delays before it passes a frame: 30 s, unless somebody
/// has set them lower (IEEE 802.1D-2004 table 17-1: 4 s to 30 s each). After 28 s U-Boot would be out of
/// patience, and the head would never hear of it.
constexpr Tick learning = 21s;

struct Fault {
  std::string_view word;
  Persona persona;
  void (*give)(Player&);
};

constexpr std::array faults{
    Fault{"no-dhcp", Persona::pi4, [](Player& one) { one.fault = NodeFault::never_back; }},
    Fault{"not-accepted", Persona::pi4, [](Player& one) { one.spec.ignores_offers = true; }},
    Fault{"stopped-after-file", Persona::pi4, [](Player& one) { one.spec.dies_after = "start4.elf"; }},
    Fault{"slow-link", Persona::pi4, [](Player& one) { one.loss = 0.08; }},
    Fault{"no-overlay-asked", Persona::pi4, [](Player& one) { one.spec.dies_in_kernel = true; }},
    Fault{"root-not-mounted", Persona::pi4, [](Player& one) { one.fault = NodeFault::no_root; }},
    Fault{"slurm-silent", Persona::pi4, [](Player& one) { one.fault = NodeFault::slurm_silent; }},
    Fault{"wrong-clock", Persona::pi4, [](Player& one) { one.fault = NodeFault::wrong_clock; }},
    Fault{"out-of-memory", Persona::pi4, [](Player& one) { one.fault = NodeFault::out_of_memory; }},
    Fault{"rival-dhcp", Persona::uboot, [](Player& one) { one.hears_rival = true; }},
    Fault{"spanning-tree", Persona::uboot, [](Player& one) { one.port_learns = learning; }},
    Fault{"lost", Persona::pi4, [](Player& one) { one.fault = NodeFault::lost; }},
    // Twins: the planner gives all of an item the identity of the first.
    Fault{"same-mac", Persona::pi4, [](Player&) {}},
    Fault{"same-serial", Persona::pi4, [](Player&) {}},
};

const Fault* find(std::string_view word) {
  const auto* found = std::ranges::find(faults, word, &Fault::word);
  return found == faults.end() ? nullptr : found;
}

}  // namespace

bool afflict(Player& player, std::string_view fault) {
  const auto* found = find(fault);
  if (found == nullptr) return false;
  found->give(player);
  return true;
}

Persona persona_of_fault(std::string_view fault) {
  const auto* found = find(fault);
  return found == nullptr ? Persona::pi4 : found->persona;
}

std::string fault_words() {
  std::string words;
  for (const auto& fault : faults) words += (words.empty() ? "" : ", ") + std::string(fault.word);
  return words;
}

}  // namespace rootstock::fleet
