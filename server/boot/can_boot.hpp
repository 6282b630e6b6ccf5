#pragma once
// Can this kind of board boot that generation? Asked before the first of its files goes out.

#include <optional>

#include "config/result.hpp"
#include "dhcp/dialect.hpp"
#include "rootfs/generation.hpp"
#include "server/boot/inventory.hpp"

namespace rootstock::server {

/// Why not, and what to do; none: it can, as far as the head knows.
std::optional<Failure> cannot_boot(dhcp::Dialect board, const rootfs::Generation& generation,
                                   const Inventory& has);

}  // namespace rootstock::server
