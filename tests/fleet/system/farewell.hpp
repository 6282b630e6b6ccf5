#pragma once
// How a fleet leaves a head that goes on without it: its nodes say that they go down, and whoever minds the
// head is told how to take their seats away (edge: sockets).

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <random>
#include <vector>

#include "tests/fleet/system/seat.hpp"

namespace rootstock::fleet {

using Seats = std::vector<std::unique_ptr<Seat>>;

/// Of every node that is up. A head that does not answer is left alone.
boost::asio::awaitable<void> say_farewell(const Seats& seats, std::mt19937& random);

/// What the head knows of them: names, and MAC addresses of those that have none yet; "a,b".
std::string known_as(const Seats& seats);

}  // namespace rootstock::fleet
