#include "rootfs/bootstrap_progress.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace rootstock::rootfs {
namespace {

struct Phase {
  std::string_view says, step;
};

constexpr std::array phases = {
    Phase{"I: running apt-get update", "reading package lists"},
    Phase{"I: downloading packages with apt", "downloading essential packages"},
    Phase{"I: extracting archives", "unpacking essential packages"},
    Phase{"I: installing essential packages", "installing essential packages"},
    Phase{"I: installing remaining packages", "installing packages"},
    Phase{"I: running --customize-hook", "kernel, files and hooks"},
};

/// "0 upgraded, 57 newly installed, 0 to remove and 0 not upgraded."
int newly_installed(std::string_view line) {
  const auto words = line.find(" newly installed");
  if (words == std::string_view::npos) return 0;
  const auto blank = line.rfind(' ', words - 1);
  const auto from = blank == std::string_view::npos ? 0 : blank + 1;
  int count = 0;
  std::from_chars(line.data() + from, line.data() + words, count);
  return count;
}

}  // namespace

BootstrapProgress::News BootstrapProgress::begin(std::string step) {
  seen_ = 0;
  return {std::move(step), 0};
}

std::optional<BootstrapProgress::News> BootstrapProgress::read(std::string_view line) {
  for (const auto& phase : phases)
    if (line.starts_with(phase.says)) return begin(std::string(phase.step));
  if (line.starts_with("I: hook ")) return begin(std::string(line.substr(3)));
  if (const int count = newly_installed(line); count > 0) {
    expected_ = 2 * count;  // each is unpacked and set up
    return std::nullopt;
  }
  if (!line.starts_with("Unpacking ") && !line.starts_with("Setting up ")) return std::nullopt;
  ++seen_;
  return News{{}, expected_ > 0 ? std::min(1.0, static_cast<double>(seen_) / expected_) : 0};
}

}  // namespace rootstock::rootfs
