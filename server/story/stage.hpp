#pragma once
// How far a boot can come, and what is written down when it gets there: values.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rootstock::server {

/// What the clock on the wall shows: may be set while boards boot, and is what is kept on disk.
using Time = std::chrono::system_clock::time_point;
/// What happens within a boot is timed by a clock that nobody sets.
using Moment = std::chrono::steady_clock::time_point;

/// How far the boot has come. `kernel` and `initramfs` begin when the board starts to fetch them, `root` when
/// its initramfs has the root, `off` when the node said that it goes down.
enum class Stage : std::uint8_t { none, dhcp, loader, kernel, initramfs, overlay, root, up, trouble, off };

/// "new", "dhcp" ... "up", "trouble", "off".
std::string_view name_of(Stage stage);
/// The stage that name_of() gives this word; `none` for others.
Stage stage_named(std::string_view word);

/// One instant on both clocks: what is timed by the one is kept by the other.
struct Clocks {
  Time wall;
  Moment moment;
};

struct Happening {
  Moment at;
  std::string text;
};

/// One stage of a boot, until the next one begins.
struct StageSpan {
  Stage stage = Stage::none;
  Moment at{};
  std::uint64_t bytes = 0;  ///< sent to the board meanwhile
};

}  // namespace rootstock::server
