#include "tests/fleet/firmware/extlinux.hpp"

#include <algorithm>
#include <cstdlib>

namespace rootstock::fleet {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

void set(ExtlinuxLabel& label, std::string_view key, std::string_view value) {
  if (key == "kernel" || key == "linux") label.kernel = value;
  if (key == "initrd") label.initrd = value;
  if (key == "append") label.append = value;
  if (key == "fdt" || key == "devicetree") label.fdt = value;
  if (key == "fdtdir" || key == "devicetreedir") label.fdtdir = value;
  if (key == "ipappend") label.ipappend = std::atoi(std::string{value}.c_str());
}

}  // namespace

std::vector<ExtlinuxLabel> Extlinux::order() const {
  auto sorted = labels;
  std::ranges::stable_partition(sorted, [&](const auto& label) { return label.name == default_label; });
  return sorted;
}

Extlinux read_extlinux(std::string_view text) {
  Extlinux config;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto blank = std::min(line.find_first_of(" \t"), line.size());
    const auto key = lower(line.substr(0, blank));
    const auto value = trimmed(line.substr(blank));
    if (key == "default") config.default_label = value;
    if (key == "label") config.labels.push_back({std::string{value}, {}, {}, {}, {}, {}, 0});
    if (!config.labels.empty()) set(config.labels.back(), key, value);
  }
  return config;
}

}  // namespace rootstock::fleet
