#pragma once
// The lines of an ini file, as NetworkManager, systemd and ConnMan write them (value).

#include <string>
#include <string_view>
#include <vector>

namespace rootstock::server {

struct IniEntry {
  std::string section, key, value;
};

/// In the order of the file; sections and keys may come again. Comments and lines that fit nothing are passed
/// over.
std::vector<IniEntry> parse_ini(std::string_view text);

/// The last value of the key, as later lines win; empty when there is none.
std::string value_in(const std::vector<IniEntry>& entries, std::string_view section, std::string_view key);

}  // namespace rootstock::server
