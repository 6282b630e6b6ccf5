#pragma once
// Lines for a person, on stderr (journald adds the time when it is there). Only edges and server/ log.

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace rootstock::server::log {

enum class Level { debug, info, warning, error };

/// Once per process. `who` is "keeper", "worker" ...; level names as in ServiceSettings::log_level.
void set_up(std::string_view who, std::string_view level);
void write(Level level, std::string_view line);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) { write(Level::debug, fmt::format(format, std::forward<Args>(args)...)); }
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) { write(Level::info, fmt::format(format, std::forward<Args>(args)...)); }
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) { write(Level::warning, fmt::format(format, std::forward<Args>(args)...)); }
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) { write(Level::error, fmt::format(format, std::forward<Args>(args)...)); }

/// At most so many lines of one `kind` per minute; the next one says how many were left out. Kinds are few:
/// no word of a kind may come from the network.
void at_most(int lines, Level level, std::string_view kind, std::string_view line);
/// A warning, once per `kind` per minute.
void limited(std::string_view kind, std::string_view line);

}  // namespace rootstock::server::log
