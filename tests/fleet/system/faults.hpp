#pragma once
// What can be wrong with a board, by the words in which `rootstock story` is to name it. Values only.

#include <string>
#include <string_view>

#include "tests/fleet/system/plan.hpp"

namespace rootstock::fleet {

/// Makes the player fail like that; false: there is no such fault.
bool afflict(Player& player, std::string_view fault);

/// The kind of board that this fault is staged with.
Persona persona_of_fault(std::string_view fault);

/// "no-dhcp, not-accepted, ..."
std::string fault_words();

}  // namespace rootstock::fleet
