#include "tests/fleet/firmware/pi_config_txt.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::fleet {
namespace {

// The documentation's limit: what stands beyond it on a line is not read.
constexpr std::size_t longest_line = 98;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Filters of one kind replace each other, those of different kinds must all hold; [all] clears them.
class Sections {
 public:
  Sections(Persona persona, std::uint32_t serial) : persona_(persona), serial_(serial) {}

  void enter(std::string_view name) {
    if (name == "all") {
      model_ = number_ = other_ = true;
    } else if (name == "none") {
      other_ = false;
    } else if (name.starts_with("0x")) {
      number_ = name == fmt::format("0x{:x}", serial_) || name == fmt::format("0x{:08x}", serial_);
    } else if (name.starts_with("pi") || name.starts_with("cm")) {
      model_ = is_model(name);
    } else {
      other_ = false;  // [EDID=...], [HDMI:1], [gpio...]: nothing of the kind is plugged in
    }
  }
  bool apply() const { return model_ && number_ && other_; }

 private:
  bool is_model(std::string_view name) const {
    switch (persona_) {
      case Persona::pi3rom: return name == "pi3";
      case Persona::pi3plus: return name == "pi3" || name == "pi3+";
      case Persona::pi4: return name == "pi4";
      case Persona::pi5: return name == "pi5";
      default: return false;
    }
  }

  Persona persona_;
  std::uint32_t serial_;
  bool model_ = true, number_ = true, other_ = true;
};

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

void set(PiConfig& config, std::string_view key, std::string_view value) {
  const std::string text{value};
  const bool on = value == "1";
  if (key == "kernel") config.kernel = text;
  if (key == "auto_initramfs") config.auto_initramfs = on;
  if (key == "upstream_kernel") config.upstream_kernel = on;
  if (key == "arm_64bit") config.arm_64bit = on;
  if (key == "device_tree") config.device_tree = text;
  if (key == "cmdline") config.cmdline = text;
  if (key == "os_prefix") config.os_prefix = text;
  if (key == "overlay_prefix") config.overlay_prefix = text;
  if (key == "dtoverlay" && !value.empty()) config.overlays.emplace_back(value.substr(0, value.find(',')));
  if (key == "initramfs")
    config.complaints.emplace_back("initramfs= is not understood: it takes a space, not an equals sign");
}

void read_line(PiConfig& config, std::string_view line) {
  constexpr std::string_view initramfs = "initramfs";
  if (line.starts_with(initramfs) && line.size() > initramfs.size() && line[initramfs.size()] == ' ') {
    const auto words = split(line.substr(initramfs.size()), ' ');
    if (!words.empty()) config.initramfs = split(words.front(), ',');
    return;
  }
  const auto equals = line.find('=');
  if (equals != std::string_view::npos)
    set(config, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
}

}  // namespace

PiConfig read_config_txt(std::string_view text, Persona persona, std::uint32_t serial) {
  PiConfig config;
  Sections sections{persona, serial};
  for (const auto& whole : split(text, '\n')) {
    std::string_view line = whole;
    // The parser stops at the first byte that is not ASCII (facts 1.1).
    if (std::ranges::any_of(line, [](unsigned char c) { return c > 0x7e; })) {
      config.complaints.emplace_back("config.txt is read only up to a byte that is not ASCII");
      break;
    }
    if (line.size() > longest_line)
      config.complaints.push_back("config.txt: line cut at 98 characters: " + whole);
    line = trimmed(line.substr(0, longest_line));
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[' && line.back() == ']')
      sections.enter(line.substr(1, line.size() - 2));
    else if (sections.apply())
      read_line(config, line);
  }
  return config;
}

std::vector<std::string> kernel_names(const PiConfig& config, Persona persona) {
  if (config.kernel) return {*config.kernel};
  if (persona == Persona::pi5) return {"kernel_2712.img", "kernel8.img"};
  if (config.arm_64bit == false) return {persona == Persona::pi4 ? "kernel7l.img" : "kernel7.img"};
  return {"kernel8.img"};
}

std::string initramfs_name_for(std::string_view kernel) {
  if (kernel == "kernel_2712.img") return "initramfs_2712";
  if (kernel == "kernel7l.img") return "initramfs7l";
  if (kernel == "kernel7.img") return "initramfs7";
  return "initramfs8";
}

std::string device_tree_name(const PiConfig& config, Persona persona) {
  if (config.device_tree) return *config.device_tree;
  const std::string_view chip = config.upstream_kernel ? "bcm2837" : "bcm2710";
  switch (persona) {
    case Persona::pi3rom: return fmt::format("{}-rpi-3-b.dtb", chip);
    case Persona::pi3plus: return fmt::format("{}-rpi-3-b-plus.dtb", chip);
    case Persona::pi5: return "bcm2712-rpi-5-b.dtb";
    default: return "bcm2711-rpi-4-b.dtb";
  }
}

}  // namespace rootstock::fleet
