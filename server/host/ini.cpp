#include "server/host/ini.hpp"

#include <sstream>

namespace rootstock::server {

namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r";
  const auto first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(space) - first + 1)};
}

}  // namespace

std::vector<IniEntry> parse_ini(std::string_view text) {
  std::vector<IniEntry> found;
  std::string section;
  std::istringstream lines{std::string{text}};
  for (std::string raw; std::getline(lines, raw);) {
    const auto line = trimmed(raw);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    const auto equals = line.find('=');
    if (line.front() == '[' && line.back() == ']')
      section = line.substr(1, line.size() - 2);
    else if (equals != line.npos)
      found.push_back({section, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1))});
  }
  return found;
}

std::string value_in(const std::vector<IniEntry>& entries, std::string_view section, std::string_view key) {
  std::string value;
  for (const auto& entry : entries)
    if (entry.section == section && entry.key == key) value = entry.value;
  return value;
}

}  // namespace rootstock::server
