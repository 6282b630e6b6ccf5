#include "rootfs/progress.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace rootstock::rootfs {
namespace {

constexpr auto terminal_pause = std::chrono::milliseconds(100);
constexpr auto line_pause = std::chrono::seconds(10);
constexpr int bar_width = 30;

}  // namespace

std::string bar(double fraction, int width) {
  const int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '.') + "]";
}

Progress::Progress(std::FILE* out) : out_(out), terminal_(::isatty(::fileno(out)) == 1) {}

Progress::~Progress() {
  if (terminal_ && !words_.empty()) fmt::print(out_, "\n");
}

std::string Progress::seconds() const {
  return fmt::format("{:.0f} s", std::chrono::duration<double>(Clock::now() - started_).count());
}

void Progress::step(std::string words) {
  finish();
  words_ = std::move(words);
  fraction_ = 0;
  started_ = drawn_ = Clock::now();
  if (terminal_)
    draw();
  else
    fmt::print(out_, "{} ...\n", words_);
  std::fflush(out_);
}

void Progress::at(double fraction) {
  fraction_ = fraction;
  if (words_.empty() ||
      Clock::now() - drawn_ < (terminal_ ? Clock::duration(terminal_pause) : Clock::duration(line_pause)))
    return;
  draw();
}

void Progress::draw() {
  drawn_ = Clock::now();
  if (terminal_)
    rewrite(
        fmt::format("{} {:3.0f} %  {} ({})", bar(fraction_, bar_width), fraction_ * 100, words_, seconds()));
  else
    fmt::print(out_, "{}: {:.0f} % after {}\n", words_, fraction_ * 100, seconds());
  std::fflush(out_);
}

/// A line that is wider than the terminal would wrap, and could not be written over.
void Progress::rewrite(std::string line) {
  winsize size{};
  if (::ioctl(::fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1 && line.size() >= size.ws_col) {
    const bool ends = line.ends_with('\n');
    line.resize(size.ws_col - 1U);
    if (ends) line += '\n';
  }
  fmt::print(out_, "\r\x1b[K{}", line);
}

void Progress::finish() {
  if (words_.empty()) return;
  if (terminal_)
    rewrite(fmt::format("{} 100 %  {} ({})\n", bar(1, bar_width), words_, seconds()));
  else
    fmt::print(out_, "{}: done in {}\n", words_, seconds());
  std::fflush(out_);
  words_.clear();
}

}  // namespace rootstock::rootfs
