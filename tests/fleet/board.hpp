#pragma once
// One simulated board, sans-I/O: frames and a time in, frames and the next wake-up out. From power-on until
// its initramfs has an address it is played here, to the byte (NETBOOT-FACTS sections 1-4 and 8); what
// firmware does over TCP is asked of the caller (WebRequest), and so is everything after the Handover.
//
// The fleet's own parsers and builders, on purpose: it shares no codec with the server, so that a fact which
// both sides misunderstood cannot hide.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/address.hpp"

namespace rootstock::fleet {

using Tick = std::chrono::microseconds;  ///< since the fleet began
using Bytes = std::span<const std::uint8_t>;
using Frame = std::vector<std::uint8_t>;  ///< Ethernet, without the checksum that the card adds

/// A file that the board has in memory.
struct FetchedFile {
  std::string name;    ///< as asked, prefix included; or the whole URL
  std::string sha256;  ///< 64 hex digits
  std::uint64_t size = 0;
  std::vector<std::uint8_t> bytes{};  ///< only where the board reads it itself, or BoardSpec::keep is set
};

enum class Stage : std::uint8_t {
  off,
  firmware_dhcp,   ///< the ROM's or the boot loader's own DHCP
  firmware_files,  ///< TFTP, or HTTP by the firmware
  kernel,          ///< the kernel starts, drivers load, the link comes up again
  initramfs_dhcp,  ///< the initramfs' udhcpc
  handed_over,     ///< Board::handover() is set
  dead,            ///< gave up for good, as this firmware does: only power_on() helps
};
std::string_view name_of(Stage stage);

/// One line of a board's timeline.
struct Step {
  Tick at{};
  std::string what;
};

/// What happened to the board so far. The timeline goes on over reboots; the numbers too.
struct Progress {
  Stage stage = Stage::off;
  std::vector<Step> timeline;
  std::uint64_t bytes = 0;  ///< file bytes received by TFTP
  unsigned requests = 0;    ///< RRQs
  unsigned misses = 0;      ///< of those: answered "not found"
  unsigned probes = 0;      ///< of those: ended by the board with "Early terminate" or "User aborted"
  unsigned dhcp_sent = 0;   ///< DISCOVERs and REQUESTs
  unsigned retries = 0;     ///< packets sent again
  unsigned boots = 0;       ///< times it started from the beginning
  unsigned dropped = 0;     ///< frames for us that this firmware cannot take, and why the last one
  std::string why_dropped;
  std::string last_file;
  std::string failure;  ///< the last failure, in words; empty when there was none
};

/// The firmware wants this by HTTP; the caller's TCP fetches it *from this address* and answers with
/// on_web().
struct WebRequest {
  Mac mac;
  Ipv4 address, mask;
  std::string method = "GET";  ///< or "HEAD"
  std::string url;
  bool wants_body = false;  ///< a script that the board reads; of all else size and digest will do
};
struct WebReply {
  int status = 0;       ///< 0: no answer, see `failure`
  std::string failure;  ///< words for the timeline
  std::uint64_t size = 0;
  std::string sha256;
  std::vector<std::uint8_t> body;  ///< when asked for (or always)
};

/// The kernel runs and its initramfs has an address: from here on the caller plays the node.
struct Handover {
  Mac mac;
  Ipv4 address, mask, router;
  Tick lease{};                    ///< how long the address is its own
  Tick asked_for{};                ///< from its link being up until it had the address
  std::vector<std::string> words;  ///< the kernel line, split at spaces
  std::vector<FetchedFile> files;  ///< all that was fetched in this boot and belongs to it
  std::string kernel, initramfs;   ///< their names in `files`
};

class Board {
 public:
  virtual ~Board() = default;

  /// From nothing, also when it was on: a reboot.
  virtual void power_on(Tick now) = 0;
  /// Stops dead: sends nothing, hears nothing, forgets everything but its Progress.
  virtual void power_off(Tick now) = 0;

  /// After the handover: its initramfs takes an address anew, and hands over again.
  virtual void ask_again(Tick now) = 0;

  /// A frame that reached the board's socket: for its MAC, or broadcast.
  virtual void on_frame(Bytes frame, Tick now) = 0;
  /// When on_timer() wants to be called; none: it waits for frames, or for the caller.
  virtual std::optional<Tick> deadline() const = 0;
  virtual void on_timer(Tick now) = 0;
  /// What it sends, in order. To be asked after every call above and below.
  virtual std::vector<Frame> take_frames() = 0;

  /// Set once per request; while it is being answered the board answers no ARP: its address is with the
  /// caller's TCP.
  virtual std::optional<WebRequest> take_web_request() = 0;
  virtual void on_web(WebReply reply, Tick now) = 0;

  virtual const Mac& mac() const = 0;
  virtual const Progress& progress() const = 0;
  /// In its memory: all that this boot has fetched and that belongs to it.
  virtual const std::vector<FetchedFile>& files() const = 0;
  /// Set when the initramfs has its address; the board is silent from then on, until power_on().
  virtual const std::optional<Handover>& handover() const = 0;
};

/// What kind of board, and how it behaves. The defaults are today's firmware, behaving well.
enum class Persona : std::uint8_t {
  pi3rom,      ///< 3B: ROM, then bootcode.bin
  pi3plus,     ///< 3B+
  pi4,         ///< and CM4
  pi5,         ///< and CM5
  uboot,       ///< Rock Pi 4 unless BoardSpec::fdtfile says another
  uefi_x64,    ///< EDK2 PXE, then iPXE (snponly.efi)
  uefi_arm64,  ///< EDK2 PXE, then GRUB, or iPXE where that is what it was sent
  http_x64,    ///< EDK2 HTTP boot, then iPXE
  http_arm64,  ///< EDK2 HTTP boot, then GRUB
  pxe_bios,    ///< an old x86 PXE ROM, then undionly.kpxe
  ipxe,        ///< iPXE in the card's ROM
  unknown,     ///< PXE firmware of an architecture nobody serves (33): wants only an address
};
std::string_view name_of(Persona persona);
std::optional<Persona> persona_named(std::string_view name);

/// A persona's switches; each is a fact about some year's firmware (NETBOOT-FACTS 8.1), or a way to
/// misbehave.
struct BoardSpec {
  Persona persona = Persona::pi4;
  Mac mac;
  std::uint32_t serial = 0;  ///< Pis: low 32 bits
  std::uint32_t seed = 1;

  // Pi 4 and 5
  bool options_of_2019 = false;     ///< DISCOVER's options in the order 53,55,93,94,97,60
  bool fourcc_reversed = false;     ///< option 97 begins "4iPR" (2020-2023)
  bool option97_zero = false;       ///< DHCP_OPTION97=0: the serial four times
  bool request_without_60 = false;  ///< 2020-01
  bool wait_ack = false;            ///< waits for the ACK (and its options) before TFTP
  bool block_rollover = true;       ///< since 2025-09-23; without it files end at 65535 blocks
  bool double_slash = true;         ///< "P//config.txt": Pi 5, and Pi 4 of 2025
  std::uint16_t block_size = 1468;  ///< 1024 in 2019-2022
  int tftp_prefix = 0;              ///< 0 serial, 1 `prefix_text`, 2 MAC
  std::string prefix_text;
  std::string option43_text = "Raspberry Pi Boot";  ///< PXE_OPTION43
  bool restarts = true;  ///< BOOT_ORDER ends in f: starts over for ever. Otherwise once, then dead

  // U-Boot
  std::string fdtfile = "rockchip/rk3399-rock-pi-4a.dtb";
  std::string soc = "rk3399", board_name = "rockpi4-rk3399";
  /// boot_targets names "pxe"; without it only scripts and EFI programs are looked for.
  bool has_pxe_target = true;

  /// Debian's network GRUB holds tftp alone; without the module it cannot even read a grub.cfg on the web.
  /// True: any GRUB has it; false: the one named grubaa64-http.efi.
  bool grub_has_http = false;
  /// iPXE 1.21 (Debian 13) looks for autoexec.ipxe by TFTP beside itself, before its own DHCP.
  bool ipxe_autoexec = false;

  // Misbehaviour
  bool never_acks_data = false;   ///< asks for files and never acknowledges a block
  bool tight_loop = false;        ///< 2019's: seven missing files every 15 ms without pause (eeprom#74)
  bool ignores_offers = false;    ///< hears no answer to its DISCOVERs, and asks on
  std::string dies_after;         ///< stops dead once it has a file whose name ends so
  bool dies_in_kernel = false;    ///< the kernel starts, and hangs
  std::optional<Tick> power_cut;  ///< so long after its first power_on() it stops dead ...
  Tick power_back{5'000'000};     ///< ... and starts again this much later

  /// So long after it gave up for good somebody takes its power away, and gives it again at once; none:
  /// nobody.
  std::optional<Tick> power_cycled;

  bool keep = false;             ///< keep the bytes of every file, not only size and digest
  Tick kernel_takes{2'000'000};  ///< from the kernel's start to udhcpc's first DISCOVER
};

std::unique_ptr<Board> make_board(const BoardSpec& spec);

}  // namespace rootstock::fleet
