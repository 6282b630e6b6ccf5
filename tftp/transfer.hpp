#pragma once
// One file on its way to one client: packets and times in, packets and the next wake-up out. No sockets, no
// clock.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tftp/block_reader.hpp"
#include "tftp/negotiation.hpp"
#include "tftp/packet.hpp"
#include "tftp/retry_timer.hpp"

namespace rootstock::tftp {

enum class Ended : std::uint8_t {
  complete,
  unconfirmed,  ///< all was sent and all but the last block acknowledged: some ROMs never acknowledge that
                ///< one
  refused_by_client,
  silent,
  unreadable,
};

/// What was written for sending: packets of `segment` bytes each, one behind the other, the last one maybe
/// shorter.
struct Burst {
  std::size_t size = 0;
  std::size_t segment = 0;
};

// What a transfer can be about, each with its own data and nothing else.
struct Offering {  // the OACK is out, ACK 0 is awaited
  bool due = true;
};
struct Sending {  // blocks acked + 1 .. sent are in flight
  std::uint64_t acked = 0, sent = 0;
  std::uint64_t due_first = 1, due_last = 0;  // to be sent now; none when first > last
  bool rewound = false;                       // the window was sent again since `acked` moved
  int copies = 0;                             // how often all that is in flight was sent again
  int stale = 0;  // ACKs that copies of the window before this one may still bring
};
struct Finished {
  Ended how = Ended::complete;
  std::string client_text;
};

class Transfer {
 public:
  /// Starts with the OACK when there is one, with the first window when not (RFC 2347).
  Transfer(std::shared_ptr<const File> file, Terms terms, Time now);

  void on_ack(std::uint16_t block, Time now);
  /// A client's ERROR ends the transfer without an answer (RFC 1350 section 7).
  void on_error(const Error& error);
  /// The client repeats its request: it has not heard our first packet.
  void on_repeated_request(Time now);
  void on_deadline(Time now);
  /// What was written last could not be sent: nothing is lost but a moment.
  void on_unsent(Time now);
  /// Nobody waits for it any longer: the client is silent, or has turned to something else.
  void abandon();

  /// Bytes that write() needs now; zero when there is nothing to send.
  std::size_t wants_room() const;
  Burst write(std::span<std::byte> out, Time now);

  bool done() const { return std::holds_alternative<Finished>(state_); }
  /// Whether the client has answered at all.
  bool heard() const { return heard_; }
  Time deadline() const { return deadline_; }
  /// When the client last went on with it; when it began, as long as it has not.
  Time progressed() const { return progress_at_; }

  // Of a transfer that is done.
  Ended how() const { return std::get<Finished>(state_).how; }
  std::string_view client_text() const { return std::get<Finished>(state_).client_text; }
  std::uint64_t bytes_acknowledged() const { return bytes_; }
  std::uint64_t blocks_acknowledged() const { return blocks_; }
  /// Blocks that went out a second time, or more often: what the wire loses.
  std::uint64_t blocks_resent() const { return resent_; }
  /// From its first packet to what the client said last.
  Duration lasted() const { return progress_at_ - began_at_; }
  /// The client only wanted to know whether the file is there, or its size: it ended the transfer at its
  /// first packet.
  bool was_probe() const { return done() && how() == Ended::refused_by_client && bytes_ == 0; }

 private:
  void begin_sending();
  void acknowledged(Sending& sending, std::uint64_t block, Time now);
  void repeated_ack(Sending& sending, Time now);
  void send_window(Sending& sending, std::uint64_t first);
  void send_again();
  void send_copy(Sending& sending);
  bool may_answer_last_sending(Time now) const;
  void measure(Time now);

  BlockReader reader_;
  std::uint16_t window_;
  std::vector<std::byte> option_ack_;
  RetryTimer timer_;
  std::variant<Offering, Sending, Finished> state_;
  std::uint64_t bytes_ = 0, blocks_ = 0, resent_ = 0;
  bool heard_ = false;
  bool again_ = false;  // what is in flight was sent before
  bool unsent_ = false;
  int refusals_ = 0;  // how often the socket did not take what is in flight
  Time began_at_, sent_at_, progress_at_, deadline_;
};

}  // namespace rootstock::tftp
