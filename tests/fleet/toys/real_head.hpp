#pragma once
// Rootstock's own DHCP and TFTP decisions in a head that is only memory.

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

#include "dhcp/client_kind.hpp"
#include "dhcp/proxy_responder.hpp"
#include "dhcp/responder.hpp"
#include "tests/fleet/toys/toy_head.hpp"
#include "tests/support/catch.hpp"
#include "tftp/conversations.hpp"

namespace rootstock::fleet::testing {

constexpr Ipv4 head_ip{0x0a000001};
constexpr Mac head_mac{{2, 0, 0, 0, 0, 1}};

class Seats : public dhcp::Seating {
 public:
  dhcp::Welcome welcome(const dhcp::Board& board, bool) override {
    using How = dhcp::Welcome::How;
    if (const auto found = names_.find(board.mac); found != names_.end())
      return {.how = How::seated, .name = found->second};
    if (!dhcp::boots(board.dialect)) return {};
    auto name = "node" + std::to_string(names_.size() + 1);
    return {.how = How::seated, .name = names_[board.mac] = std::move(name)};
  }
  void seat(const dhcp::Board&, Ipv4) override {}

 private:
  std::map<Mac, std::string> names_;
};

class TextFile : public tftp::File {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    const auto count = offset < text_.size() ? std::min<std::size_t>(out.size(), text_.size() - offset) : 0;
    std::memcpy(out.data(), text_.data() + offset, count);
    return count;
  }

 private:
  std::string text_;
};

/// Rootstock's decisions in a head that is only memory.
class RealHead : public Head, public tftp::FileSource, public tftp::Observer, public tftp::Outlet {
 public:
  explicit RealHead(std::map<std::string, std::string> files)
      : files_(std::move(files)),
        network_{.space = {Subnet::of(head_ip, 16), {Ipv4{0x0a000a00}, Ipv4{0x0a000fff}}, head_ip},
                 .router = std::nullopt,
                 .dns = {},
                 .domain = "cluster",
                 .lease_time = std::chrono::hours{1},
                 .http_port = 80,
                 .conflict_probe = false},
        leases_(network_.space),
        responder_(network_, leases_, seats_),
        tftp_(*this, *this, *this, tftp::Limits{}, 1) {}

  /// From now on it speaks beside a router that gives the addresses, and knows nothing of booting.
  void stand_beside_router() {
    router_.emplace();
    router_->address = "10.0.255.254"_ip;
    router_->mac = "02:00:00:00:00:fe"_mac;
    router_->dhcp_delay = 20ms;
    router_->dhcp = [](const Asked& ask) -> std::vector<Says> {
      if (ask.to_4011) return {};
      Says says;
      says.type = ask.options.type == DhcpType::discover ? DhcpType::offer : DhcpType::ack;
      says.yiaddr = Ipv4{0x0a000a00u + ask.mac.bytes[5]};
      says.siaddr = {};
      says.source = "10.0.255.254"_ip;
      says.options[option::server] = says.options[option::router] = std::string{"\x0a\x00\xff\xfe", 4};
      says.options[option::mask] = std::string{"\xff\xff\x00\x00", 4};
      return {says};
    };
  }

  void on_frame(Bytes frame, Tick now) override {
    auto packet = parse_frame(frame);
    REQUIRE(packet);
    now_ = now;
    if (router_) router_->on_frame(frame, now);
    if (const auto* arp = std::get_if<Arp>(&*packet)) {
      if (arp->request && arp->target == head_ip)
        out_.emplace_back(now,
                          emit(Arp{false, head_mac, head_ip, arp->sender_mac, arp->sender}, arp->sender_mac));
      return;
    }
    const auto& datagram = std::get<Datagram>(*packet);
    const tftp::Client client{datagram.source, datagram.source_port};
    const auto bytes = std::as_bytes(std::span{datagram.payload});
    neighbours_[datagram.source] = datagram.source_mac;
    if (datagram.target_port == 67 || (datagram.target_port == 4011 && router_)) answer(datagram);
    if (datagram.target_port == 69) tftp_.on_request(client, bytes, time());
    if (datagram.target_port == transfer_port) tftp_.on_packet(0, client, bytes, time());
  }
  void on_timer(Tick now) override {
    now_ = now;
    if (tftp_.next_deadline() <= time()) tftp_.on_time(time());
  }
  std::optional<Tick> deadline() const override {
    const auto next = tftp_.next_deadline();
    if (next == tftp::Time::max()) return std::nullopt;
    return std::chrono::ceil<Tick>(next.time_since_epoch() - began);
  }
  std::vector<std::pair<Tick, Frame>> take_frames() override {
    if (router_)
      for (auto& sent : router_->take_frames()) out_.push_back(std::move(sent));
    return std::exchange(out_, {});
  }
  WebReply get(const WebRequest& request) const override {
    ToyHead web;
    web.files = files_;
    return web.get(request);
  }

  // tftp::FileSource, Observer, Outlet
  Result<std::shared_ptr<const tftp::File>, tftp::Refusal> open(Ipv4, std::string_view path) override {
    const auto found = files_.find(std::string{path});
    if (found == files_.end()) return tl::unexpected{tftp::Refusal::not_found};
    return std::make_shared<TextFile>(found->second);
  }
  void on_transfer(const tftp::TransferReport& report) override {
    if (report.probe) ++probes;
    if (!report.complete && !report.probe && report.outcome != "not found") ++failures;
  }
  std::span<std::byte> room(std::size_t size) override {
    room_.resize(size);
    return room_;
  }
  void post(int, tftp::Client to, tftp::Burst burst) override {
    for (std::size_t at = 0; at < burst.size; at += burst.segment) {
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(room_.data() + at);
      const std::vector<std::uint8_t> payload(bytes, bytes + std::min(burst.segment, burst.size - at));
      out_.emplace_back(now_, emit(Datagram{head_mac, neighbours_[to.address], head_ip, to.address,
                                            transfer_port, to.port, payload},
                                   IpHabits{}));
    }
  }

  unsigned probes = 0, failures = 0, refused = 0;
  std::map<Mac, std::string> warnings;

 private:
  static constexpr std::uint16_t transfer_port = 40001;
  static constexpr std::chrono::hours began{1};

  tftp::Time time() const { return tftp::Time{began + now_}; }

  void answer(const Datagram& datagram) {
    const auto message = dhcp::parse(datagram.payload);
    REQUIRE(message);
    const auto outcome = decide(*message, datagram);
    if (outcome.warns) warnings[datagram.source_mac] = outcome.why;
    if (outcome.answered == "NAK") ++refused;
    if (!outcome.reply) return;
    std::vector<std::uint8_t> payload;
    dhcp::emit(*outcome.reply, payload);
    const bool broadcast = outcome.to.route == dhcp::Route::broadcast;
    out_.emplace_back(now_ + outcome.delay,
                      emit(Datagram{head_mac, broadcast ? broadcast_mac : message->mac(), head_ip,
                                    broadcast ? broadcast_ip : outcome.to.address, datagram.target_port,
                                    outcome.to.port ? outcome.to.port : std::uint16_t{68}, payload},
                           IpHabits{}));
  }

  dhcp::Outcome decide(const dhcp::Message& question, const Datagram& datagram) {
    if (!router_) return responder_.answer(question, dhcp::Time{} + std::chrono::hours{1'000'000} + now_);
    if (datagram.target_port == 67) return proxy_.on_dhcp(question);
    return proxy_.on_binl(question, datagram.source, datagram.source_port);
  }

  std::map<std::string, std::string> files_;
  dhcp::NetworkParameters network_;
  dhcp::LeaseBook leases_;
  Seats seats_;
  dhcp::Responder responder_;
  dhcp::ProxyResponder proxy_{{{head_ip, 80}, Subnet::of(head_ip, 16)}, seats_};
  std::optional<ToyHead> router_;
  tftp::Conversations tftp_;
  std::map<Ipv4, Mac> neighbours_;
  std::vector<std::byte> room_;
  std::vector<std::pair<Tick, Frame>> out_;
  Tick now_{0};
};

}  // namespace rootstock::fleet::testing
