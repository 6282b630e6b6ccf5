#include "tests/fleet/system/lent_address.hpp"

#include <algorithm>

#include "tests/fleet/firmware/frame.hpp"

namespace rootstock::fleet {
namespace {

constexpr Tick ask_again{1'000'000};       // Linux's retrans_time
constexpr std::size_t longest_queue = 64;  // frames for one neighbour that has not answered yet

std::uint32_t number(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (const auto byte : bytes.subspan(at, size)) value = value << 8 | byte;
  return value;
}

Frame addressed(Frame frame, const Mac& to, const Mac& from) {
  std::copy(to.bytes.begin(), to.bytes.end(), frame.begin());
  std::copy(from.bytes.begin(), from.bytes.end(), frame.begin() + 6);
  return frame;
}

}  // namespace

std::optional<IpHeader> ip_header(Bytes frame) {
  if (frame.size() < 34 || number(frame, 12, 2) != 0x0800) return std::nullopt;
  return IpHeader{Ipv4{number(frame, 26, 4)}, Ipv4{number(frame, 30, 4)}, frame[23]};
}

bool is_arp(Bytes frame) { return frame.size() >= 42 && number(frame, 12, 2) == 0x0806; }

Mac target_mac(Bytes frame) {
  Mac mac;
  if (frame.size() >= 14) std::copy_n(frame.begin(), 6, mac.bytes.begin());
  return mac;
}

Frame LentAddress::question() const { return emit(Arp{true, mac_, address_, Mac{}, head_}, broadcast_mac); }

std::vector<Frame> LentAddress::on_kernel_frame(Bytes frame, Tick now) {
  Frame copy(frame.begin(), frame.end());
  if (head_mac_) return {addressed(std::move(copy), *head_mac_, mac_)};
  if (const auto ip = ip_header(frame)) head_ = ip->target;
  if (waiting_.size() == longest_queue) waiting_.pop_front();
  waiting_.push_back(std::move(copy));
  if (asked_at_) return {};
  asked_at_ = now;
  return {question()};
}

std::vector<Frame> LentAddress::on_arp(Bytes frame) {
  const auto packet = parse_frame(frame);
  const auto* arp = packet ? std::get_if<Arp>(&*packet) : nullptr;
  if (arp == nullptr) return {};
  std::vector<Frame> out;
  if (defends_ && arp->request && arp->target == address_)
    out.push_back(emit(Arp{false, mac_, address_, arp->sender_mac, arp->sender}, arp->sender_mac));
  if (asked_at_ && arp->sender == head_) {
    head_mac_ = arp->sender_mac;
    asked_at_.reset();
    for (auto& one : waiting_) out.push_back(addressed(std::move(one), *head_mac_, mac_));
    waiting_.clear();
  }
  return out;
}

std::optional<Tick> LentAddress::deadline() const {
  if (!asked_at_) return std::nullopt;
  return *asked_at_ + ask_again;
}

std::vector<Frame> LentAddress::on_timer(Tick now) {
  if (!asked_at_ || now < *asked_at_ + ask_again) return {};
  asked_at_ = now;
  return {question()};
}

}  // namespace rootstock::fleet
