#pragma once
// What is known of one boot: a value, kept on disk as it is, read by whoever draws conclusions.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/address.hpp"
#include "server/story/stage.hpp"

namespace rootstock::server {

/// What was said of an address.
struct DhcpTrace {
  int discovers = 0, offers = 0, requests = 0, naks = 0;
  std::uint16_t first_secs = 0;  ///< how long the board had been asking when it was first heard, by itself
  Moment first{}, last{};        ///< DISCOVERs of the firmware
  Ipv4 rival;                    ///< the other server whose OFFER it took; 0.0.0.0: none
};

/// One file that was carried to the board.
struct FileTrace {
  std::string words;  ///< "the kernel"
  Moment at{};        ///< its end
  std::uint64_t bytes = 0;
  double seconds = 0;
  std::uint64_t resent = 0;  ///< blocks that were sent again
  std::uint64_t blocks = 0;  ///< all of them, resent ones not counted twice; 0: not by TFTP
};

/// A file that the board cannot do without, and that was not there.
struct Missed {
  std::string words;
  bool device_tree = false;  ///< boards try one after the other: the first that is there counts
  Moment at{};
};

struct FilesTrace {
  FileTrace last;    ///< fetched whole
  FileTrace worst;   ///< of the large ones: the slowest, or the one with most blocks sent again
  FileTrace broken;  ///< broke off last
  int broken_off = 0;
  std::uint64_t resent = 0, blocks = 0;
  std::vector<Missed> missing;  ///< and never fetched after that
};

struct BootData {
  Moment started{}, stage_since{}, up_at{}, heard{};
  Moment initramfs_sent{}, let_in{}, overlay_at{}, root_at{}, down_at{};
  Stage stage = Stage::none;
  std::string firmware;      ///< the dialect that began it, in words
  int identity = 0;          ///< the furthest DHCP identity seen in this boot: firmware, loader, initramfs
  int answered = 0;          ///< the furthest identity that got its address
  int told = 0;              ///< the furthest identity that was told its boot file beside another DHCP server
  int passed = 0;            ///< the furthest identity that has no more to ask in this boot
  int fetching = 0;          ///< transfers under way
  int refused = 0;           ///< how often its overlay was
  int tries = 1;             ///< boots in a row, this one included, of which none before came up
  int address_troubles = 0;  ///< signs that its second link-up was deaf for long
  std::uint64_t changes = 0;  ///< counts what must reach the disk soon; not kept itself
  std::uint64_t bytes = 0;
  std::string generation, trouble, down;
  std::string cannot_boot;  ///< what was told of that; a part of `trouble` while it holds
  std::string held;         ///< why it waits, in words; empty: it does not
  std::vector<StageSpan> stages;
  std::vector<Happening> events;
  DhcpTrace dhcp;
  FilesTrace files;
};

}  // namespace rootstock::server
