#pragma once
// The name a client sent -> a safe relative path, or the reason why not.

#include <cstdint>
#include <string>
#include <string_view>

#include "config/result.hpp"

namespace rootstock::tftp {

enum class PathFault : std::uint8_t { empty, too_long, climbs, unprintable };
std::string_view text(PathFault fault);

/// A leading '/', doubled slashes (Pi 5: "serial//config.txt"), "./" and '\' (Windows loaders) are taken as
/// meant.
/// ".." is refused wherever it stands, even where it would stay inside. Case is kept.
Result<std::string, PathFault> request_path(std::string_view name);

}  // namespace rootstock::tftp
