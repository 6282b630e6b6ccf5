#pragma once
// How the edges of rootfs/ say what happened: the log belongs to server/.

#include <cstdint>
#include <functional>
#include <string_view>

namespace rootstock::rootfs {

enum class Severity : std::uint8_t { debug, info, warning, error };

using Tell = std::function<void(Severity severity, std::string_view line)>;

}  // namespace rootstock::rootfs
