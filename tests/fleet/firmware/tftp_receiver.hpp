#pragma once
// One TFTP download as packets (RFC 1350, 2347-2349, 7440): a packet from the server in, what to say to it
// out.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/fleet/firmware/bytes.hpp"
#include "tests/fleet/firmware/sha256.hpp"

namespace rootstock::fleet {

enum class Fetch : std::uint8_t {
  under_way,
  got,      ///< the whole file
  probed,   ///< it is there, and that was all we wanted to know
  missing,  ///< the server has no such file
  refused,  ///< another error, or an answer this firmware cannot use
  silent,   ///< no answer in the time that this firmware gives a file
};

/// How one firmware's TFTP client asks and answers (NETBOOT-FACTS 2).
struct TftpStyle {
  std::vector<std::pair<std::string, std::string>> options;  ///< in the order of the request
  bool needs_options = false;                                ///< fails when the server ignores them (fw#1913)
  bool rollover = true;                                      ///< block 65535 is followed by 0
  bool answers_gaps = false;  ///< acknowledges again when a later block comes; without, it is dropped
  std::uint16_t probe_error = 0;
  std::string probe_text = "Early terminate";
  Tick repeat_after{2'000'000};
  std::optional<int> repeats;      ///< of the same packet, before it gives up
  std::optional<Tick> whole_file;  ///< time for one file from the request on
};

std::vector<std::uint8_t> emit_read_request(std::string_view name, const TftpStyle& style);

class TftpReceiver {
 public:
  TftpReceiver(const TftpStyle& style, bool probe, bool keep) : style_(style), probe_(probe), keep_(keep) {}

  /// What to answer; nothing: say nothing (and, when still under way, wait on).
  std::optional<std::vector<std::uint8_t>> on_packet(Bytes packet);

  Fetch state() const { return state_; }
  const std::string& words() const { return words_; }
  std::optional<std::uint64_t> announced_size() const { return announced_size_; }
  /// The size, digest and maybe bytes of what came.
  FetchedFile take_file();
  std::uint64_t received() const { return size_; }
  /// The last packet brought something new: the clock of patience starts again.
  bool progressed() const { return progressed_; }

 private:
  std::optional<std::vector<std::uint8_t>> on_options(Reader in);
  std::optional<std::vector<std::uint8_t>> on_data(Reader in);
  std::optional<std::vector<std::uint8_t>> on_error(Reader in);
  std::optional<std::vector<std::uint8_t>> end_probe();
  std::optional<std::vector<std::uint8_t>> refuse(std::uint16_t code, std::string words);
  std::vector<std::uint8_t> ack();

  TftpStyle style_;
  bool probe_, keep_;
  Fetch state_ = Fetch::under_way;
  std::string words_;
  std::size_t block_size_ = 512;
  std::uint64_t window_ = 1;
  bool options_agreed_ = false, progressed_ = false;
  std::uint64_t next_block_ = 1, acked_ = 0;  // counted on, without wrapping
  std::uint64_t size_ = 0;
  std::optional<std::uint64_t> announced_size_;
  Sha256 digest_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace rootstock::fleet
