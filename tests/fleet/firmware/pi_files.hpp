#pragma once
// The Pi firmware's way with names: a prefix per board, dropped for the whole boot when its folder is not
// there.

#include <string>
#include <string_view>

#include "tests/fleet/firmware/pi_config_txt.hpp"
#include "tests/fleet/firmware/tftp_client.hpp"

namespace rootstock::fleet {

class PiFiles {
 public:
  PiFiles(Machine& machine, TftpServer server, TftpStyle style)
      : machine_(machine), client_(machine, server, std::move(style)) {}

  /// "1234abcd/", "dc-a6-32-01-02-03/" or the EEPROM's own text (TFTP_PREFIX).
  static std::string prefix_of(const BoardSpec& board);

  void use_prefix(std::string prefix) { prefix_ = std::move(prefix); }
  void drop_prefix();
  const std::string& prefix() const { return prefix_; }
  /// From now on "P//name" (Pi 5, and Pi 4 of 2025).
  void double_slashes(bool on) { double_ = on; }
  TftpStyle& style() { return client_.style(); }

  Task<bool> probe(std::string name);
  Task<Fetched> read(std::string name, Want want = Want::file);
  /// Asked for, and usually not there.
  Task<void> look_for(std::string name);
  void ask_only(std::string_view name) { client_.ask_only(path(name)); }

  std::string path(std::string_view name) const;

 private:
  Machine& machine_;
  TftpClient client_;
  std::string prefix_;
  bool double_ = false;
};

/// EEPROM and start.elf: tsize and blksize, two seconds, thirty seconds for a file (facts 2.1).
TftpStyle pi_style(const BoardSpec& board);
/// bootcode.bin knows tsize only; the ROM no option at all: 512-byte blocks.
TftpStyle bootcode_style();
TftpStyle rom_style();

}  // namespace rootstock::fleet
