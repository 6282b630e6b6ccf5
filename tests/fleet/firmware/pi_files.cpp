#include "tests/fleet/firmware/pi_files.hpp"

#include <fmt/format.h>

namespace rootstock::fleet {

using namespace std::chrono_literals;

std::string PiFiles::prefix_of(const BoardSpec& board) {
  constexpr std::size_t longest = 32;
  switch (board.tftp_prefix) {
    case 1: return board.prefix_text.substr(0, longest);
    case 2: return board.mac.text('-') + "/";
    default: return fmt::format("{:08x}/", board.serial);
  }
}

std::string PiFiles::path(std::string_view name) const {
  return fmt::format("{}{}{}", prefix_, double_ && prefix_.ends_with('/') ? "/" : "", name);
}

void PiFiles::drop_prefix() {
  machine_.note("prefix " + prefix_ + " dropped: its folder is not there");
  prefix_.clear();
}

Task<bool> PiFiles::probe(std::string name) {
  const auto fetched = co_await client_.fetch(path(name), Want::probe);
  co_return fetched.found();
}

Task<Fetched> PiFiles::read(std::string name, Want want) {
  auto fetched = co_await client_.fetch(path(name), want);
  co_return fetched;
}

Task<void> PiFiles::look_for(std::string name) { co_await client_.fetch(path(name), Want::probe); }

TftpStyle pi_style(const BoardSpec& board) {
  TftpStyle style;
  style.options = {{"tsize", "0"}, {"blksize", std::to_string(board.block_size)}};
  style.needs_options = true;
  style.rollover = board.block_rollover;
  style.whole_file = 30s;
  return style;
}

TftpStyle bootcode_style() {
  TftpStyle style;
  style.options = {{"tsize", "0"}};
  style.rollover = false;
  style.whole_file = 60s;
  return style;
}

TftpStyle rom_style() {
  auto style = bootcode_style();
  style.options.clear();
  return style;
}

}  // namespace rootstock::fleet
