#pragma once
// Which pretended boards a head's image can be rehearsed with.

#include <string>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "rootfs/store.hpp"

namespace rootstock::server {

/// What the image boots today.
struct Stock {
  bool amd64 = false, arm64 = false;
  bool pi3 = false, pi4 = false, pi5 = false;  ///< firmware and device trees of that model are there
};
Stock stock_of(const rootfs::Store& store, const std::string& image);

/// Forty Pi 4s where they can boot, else what can.
Result<std::string, Failure> usual_boards(const Stock& stock, const std::string& image);

/// How many boards the words "pi4:40,uboot:8" name.
unsigned number_of(const std::string& boards);

/// What stands in the way of these boards: an architecture that the image lacks, a pool that is too small.
Result<void, Failure> may_play(const std::string& boards, const Stock& stock, const Settings& settings);

/// What a rehearsal of so many boards takes, in MiB.
unsigned memory_needed(unsigned boards);

}  // namespace rootstock::server
