#include "rootfs/active_map.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace rootstock::rootfs {

ActiveMap parse_active(std::string_view text) {
  ActiveMap active;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto blank = line.rfind(' ');
    const auto digits = line.substr(blank == line.npos ? 0 : blank + 1);
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number <= 0) continue;
    active[std::string(line.substr(0, blank == line.npos ? 0 : blank))] = number;
  }
  return active;
}

std::string active_text(const ActiveMap& active) {
  std::string text;
  for (const auto& [architecture, number] : active)
    text += architecture + (architecture.empty() ? "" : " ") + std::to_string(number) + "\n";
  return text;
}

ActiveMap rolled_back(const ActiveMap& active, const ActiveMap& previous) {
  ActiveMap next = previous;
  next.insert(active.begin(), active.end());
  return next;
}

int number_for(const ActiveMap& active, std::string_view architecture, std::string_view of_head) {
  if (const auto known = active.find(std::string(architecture)); known != active.end()) return known->second;
  // Of a generation that does not say what it is for, reading it will tell what is wrong.
  if (const auto untold = active.find(""); untold != active.end()) return untold->second;
  if (!architecture.empty() || active.empty()) return 0;
  const auto like_head = active.find(std::string(of_head));
  return (like_head != active.end() ? like_head : active.begin())->second;
}

}  // namespace rootstock::rootfs
