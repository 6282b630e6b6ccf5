#pragma once
// Where frames leave the program: a TAP whose other end is the head's interface, or a card on a wire (edge:
// Linux).

#include <optional>
#include <string>

#include "config/result.hpp"
#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

/// A descriptor that gives and takes one whole Ethernet frame a time, and never blocks.
class Nic {
 public:
  /// Makes the TAP, or takes the one that is there. What the kernel sends on that interface arrives here
  /// complete: with checksums and unsegmented, as a TAP offers no offloads.
  static Result<Nic, Failure> tap(const std::string& name);
  /// The interface `name` with all that passes it. Segmentation offloads must be off there: ethtool -K IF gro
  /// off.
  static Result<Nic, Failure> card(const std::string& name);

  Nic(Nic&& other) noexcept;
  ~Nic();

  int descriptor() const { return fd_; }
  /// Of the interface.
  const Mac& mac() const { return mac_; }
  /// None: nothing there now. Valid until the next call.
  std::optional<Bytes> read();
  /// False: no room; the frame is lost, as on any full queue.
  bool write(Bytes frame);

 private:
  explicit Nic(int fd) : fd_(fd), buffer_(65536) {}

  int fd_;
  Mac mac_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace rootstock::fleet
