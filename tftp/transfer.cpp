#include "tftp/transfer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rootstock::tftp {

using namespace std::chrono_literals;

namespace {

// A full socket has room again after a moment; a link that is down has not, so the pause doubles, to 512 ms.
constexpr Duration first_pause = 2ms;
constexpr int most_doublings = 8;

}  // namespace

Transfer::Transfer(std::shared_ptr<const File> file, Terms terms, Time now)
    : reader_(std::move(file), terms.block_size),
      window_(terms.window),
      option_ack_(std::move(terms.option_ack)),
      timer_(terms.timeout),
      began_at_(now),
      sent_at_(now),
      progress_at_(now),
      deadline_(now) {
  if (option_ack_.empty()) begin_sending();
}

void Transfer::begin_sending() { send_window(state_.emplace<Sending>(), 1); }

void Transfer::send_window(Sending& sending, std::uint64_t first) {
  sending.due_first = first;
  sending.due_last = std::min(sending.acked + window_, reader_.last_block());
}

void Transfer::on_ack(std::uint16_t wire, Time now) {
  if (std::holds_alternative<Offering>(state_)) {
    if (wire != 0) return;
    measure(now);
    return begin_sending();
  }
  auto* sending = std::get_if<Sending>(&state_);
  if (sending == nullptr) return;
  // Block numbers wrap to 0 past 65535; a window is at most 64 blocks, so the distance tells where this one
  // belongs.
  const auto distance = static_cast<std::uint16_t>(wire - static_cast<std::uint16_t>(sending->acked));
  if (distance == 0) return repeated_ack(*sending, now);
  if (distance > sending->sent - sending->acked) return;  // old, or out of the blue
  acknowledged(*sending, sending->acked + distance, now);
}

void Transfer::acknowledged(Sending& sending, std::uint64_t block, Time now) {
  const bool whole = block == sending.sent;
  // RFC 7440 section 4: an ACK from inside the window means that what follows it was lost. But it may still
  // answer the sending before the last one; then those blocks are on their way, and sending them again would
  // start the Sorcerer's Apprentice on whole windows.
  const bool lost = !whole && may_answer_last_sending(now);
  if (whole) {
    measure(now);
    sending.stale = sending.copies;
  }
  sending.copies = 0;
  sending.acked = block;
  sending.rewound = false;
  progress_at_ = now;
  heard_ = true;
  refusals_ = 0;
  timer_.progressed();
  bytes_ = reader_.bytes_up_to(block);
  blocks_ = block;
  if (block == reader_.last_block()) {
    state_ = Finished{Ended::complete, {}};
    return;
  }
  again_ = lost;
  send_window(sending, lost ? block + 1 : sending.sent + 1);
}

/// RFC 1123 4.2.3.1: a duplicate ACK never makes lock-step DATA go out again. With windows it is how a client
/// says that the first block of the window was lost; it is believed once, and only if it can be an answer to
/// that window and not to a needless copy of the one before.
void Transfer::repeated_ack(Sending& sending, Time now) {
  heard_ = true;
  if (sending.stale > 0) {
    --sending.stale;
    return;
  }
  if (window_ == 1 || sending.rewound || !may_answer_last_sending(now)) return;
  sending.rewound = true;
  send_copy(sending);
}

/// Half a usual round trip after the last sending nothing can have come back from it yet.
bool Transfer::may_answer_last_sending(Time now) const { return now - sent_at_ >= timer_.round_trip() / 2; }

void Transfer::measure(Time now) {
  if (!again_) timer_.measured(now - sent_at_);
  again_ = false;
  heard_ = true;
  progress_at_ = now;
  timer_.progressed();
}

void Transfer::on_error(const Error& error) {
  if (!done()) state_ = Finished{Ended::refused_by_client, std::string{error.text}};
}

void Transfer::on_repeated_request(Time now) {
  // A request that the network doubled arrives at once; a client that repeats itself has waited.
  if (done() || now - sent_at_ < timer_.interval() / 2) return;
  send_again();
}

void Transfer::on_deadline(Time now) {
  if (done() || now < deadline_) return;
  if (now - progress_at_ >= timer_.patience()) return abandon();
  if (!unsent_) timer_.backed_off();
  send_again();
}

void Transfer::send_again() {
  again_ = true;
  if (auto* offering = std::get_if<Offering>(&state_)) offering->due = true;
  if (auto* sending = std::get_if<Sending>(&state_)) send_copy(*sending);
}

void Transfer::send_copy(Sending& sending) {
  again_ = true;
  ++sending.copies;
  send_window(sending, sending.acked + 1);
}

void Transfer::abandon() {
  const auto* sending = std::get_if<Sending>(&state_);
  const bool only_last_missing = sending != nullptr && heard_ && sending->acked + 1 == reader_.last_block();
  state_ = Finished{only_last_missing ? Ended::unconfirmed : Ended::silent, {}};
}

void Transfer::on_unsent(Time now) {
  if (done()) return;
  unsent_ = true;
  deadline_ = now + first_pause * (1 << refusals_);
  refusals_ = std::min(refusals_ + 1, most_doublings);
}

std::size_t Transfer::wants_room() const {
  if (const auto* offering = std::get_if<Offering>(&state_)) return offering->due ? option_ack_.size() : 0;
  const auto* sending = std::get_if<Sending>(&state_);
  if (sending == nullptr || sending->due_first > sending->due_last) return 0;
  return reader_.room_for(static_cast<std::uint32_t>(sending->due_last - sending->due_first + 1));
}

Burst Transfer::write(std::span<std::byte> out, Time now) {
  sent_at_ = now;
  const bool left_behind = std::exchange(unsent_, false);
  deadline_ = now + timer_.interval();
  if (auto* offering = std::get_if<Offering>(&state_)) {
    offering->due = false;
    std::memcpy(out.data(), option_ack_.data(), option_ack_.size());
    return {option_ack_.size(), option_ack_.size()};
  }
  auto& sending = std::get<Sending>(state_);
  const auto count = static_cast<std::uint32_t>(sending.due_last - sending.due_first + 1);
  // What the socket did not take was never sent.
  if (!left_behind && sending.sent >= sending.due_first)
    resent_ += std::min(sending.sent, sending.due_last) - sending.due_first + 1;
  const auto written = reader_.write(sending.due_first, count, out);
  if (!written) {
    state_ = Finished{Ended::unreadable, {}};
    return {};
  }
  sending.sent = sending.due_last;
  sending.due_first = sending.due_last + 1;
  return {*written, reader_.room_for(1)};
}

}  // namespace rootstock::tftp
