#pragma once
// Which pretended boards a head's image can be rehearsed with.

#include <string>
#include <vector>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "rootfs/store.hpp"

namespace rootstock::server {

/// What the image boots today: its active generation of each architecture.
using Stock = std::vector<rootfs::Generation>;
Stock stock_of(const rootfs::Store& store, const std::string& image);

/// Forty Pi 4s where they can boot, else what can.
Result<std::string, Failure> usual_boards(const Stock& stock, const std::string& image);

/// How many boards the words "pi4:40,uboot:8" name.
unsigned number_of(const std::string& boards);

/// What stands in the way of these boards: a kind that the image cannot boot, a pool that is too small.
Result<void, Failure> may_play(const std::string& boards, const Stock& stock, const Settings& settings);

/// What a rehearsal of so many boards takes, in MiB.
unsigned memory_needed(unsigned boards);

}  // namespace rootstock::server
