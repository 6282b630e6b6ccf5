#pragma once
// The switch that the boards are plugged into, where it speaks for itself: the frames of its spanning tree.
// Values only.

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

constexpr Tick hello_time{2'000'000};  ///< between two of them (IEEE 802.1D-2004 table 17-1)

/// A configuration BPDU of a root bridge (802.1D-2004 9.3.1).
Frame bridge_hello();

}  // namespace rootstock::fleet
