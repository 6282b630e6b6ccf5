// The boards against Rootstock's own DHCP and TFTP logic, without a socket between them: two readings of the
// same protocols, and both must hold.
#include <algorithm>
#include <cstring>

#include "dhcp/client_kind.hpp"
#include "dhcp/proxy_responder.hpp"
#include "dhcp/responder.hpp"
#include "tests/fleet/firmware/toy_head.hpp"
#include "tests/support/catch.hpp"
#include "tftp/conversations.hpp"

using namespace rootstock;
using namespace rootstock::fleet;
using namespace rootstock::fleet::testing;

namespace {

constexpr Ipv4 head_ip{0x0a000001};
constexpr Mac head_mac{{2, 0, 0, 0, 0, 1}};

class Seats : public dhcp::Seating {
 public:
  std::optional<std::string> seat(const dhcp::Board& board, Ipv4) override {
    if (const auto found = names_.find(board.mac); found != names_.end()) return found->second;
    if (!dhcp::boots(board.dialect)) return std::nullopt;
    return names_[board.mac] = "node" + std::to_string(names_.size() + 1);
  }

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

std::map<std::string, std::string> files_for(const std::vector<BoardSpec>& boards) {
  const auto all = good_head().files;
  auto files = all;
  for (const auto& board : boards) {
    char prefix[10];
    std::snprintf(prefix, sizeof prefix, "%08x/", board.serial);
    for (const auto& [name, content] : all)
      if (name.starts_with("0badcafe/")) files[prefix + name.substr(9)] = content;
    files["pxelinux.cfg/01-" + board.mac.text('-')] = all.at("pxelinux.cfg/01-0a-00-00-00-00-07");
  }
  return files;
}

BoardSpec numbered(Persona persona, std::uint8_t number) {
  BoardSpec spec;
  spec.persona = persona;
  spec.mac = Mac{{0x0a, 0, 0, 0, 1, number}};
  if (persona == Persona::pi3rom) spec.mac = Mac{{0xb8, 0x27, 0xeb, 0, 1, number}};
  spec.serial = 0x10000000u + number;
  spec.seed = number;
  spec.grub_has_http = persona == Persona::http_arm64;
  return spec;
}

}  // namespace

TEST_CASE("Rootstock's DHCP and TFTP boot each persona") {
  for (const auto persona :
       {Persona::pi3rom, Persona::pi3plus, Persona::pi4, Persona::pi5, Persona::uboot, Persona::uefi_x64,
        Persona::uefi_arm64, Persona::http_x64, Persona::http_arm64, Persona::pxe_bios, Persona::ipxe}) {
    const auto spec = numbered(persona, 1);
    RealHead head{files_for({spec})};
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(120s);
    INFO(name_of(persona) << ": " << board.progress().failure);
    CHECK(board.handover());
    CHECK(board.progress().boots == 1);
    CHECK(head.failures == 0);
    CHECK(head.refused == 0);
  }
}

TEST_CASE("beside a router that knows nothing of booting, all boot but U-Boot") {
  for (const auto persona :
       {Persona::pi3rom, Persona::pi3plus, Persona::pi4, Persona::pi5, Persona::uefi_x64, Persona::uefi_arm64,
        Persona::http_x64, Persona::http_arm64, Persona::pxe_bios, Persona::ipxe, Persona::uboot}) {
    auto spec = numbered(persona, 1);
    RealHead head{files_for({spec})};
    head.stand_beside_router();
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(120s);
    INFO(name_of(persona) << ": " << board.progress().failure);
    CHECK(board.handover().has_value() == (persona != Persona::uboot));
    if (persona != Persona::uboot) CHECK(board.progress().boots == 1);
  }
}

TEST_CASE("a Pi boots beside a router whose offer names itself as next server, not as option 66") {
  const auto spec = numbered(Persona::pi4, 1);
  for (const bool names_66 : {false, true}) {
    ToyHead head;
    head.files = good_head().files;
    head.dhcp = [&](const Asked& ask) {
      auto router = good_answer(ask), proxy = good_answer(ask);
      router.options.erase(43), router.options.erase(66);
      router.siaddr = router.source = "10.0.0.254"_ip;
      if (names_66) router.options[66] = "10.0.0.254";
      proxy.options.erase(66);
      proxy.options[60] = "PXEClient";
      proxy.yiaddr = proxy.siaddr = {};
      proxy.later = 5ms;
      return std::vector{router, proxy};
    };
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(20s);
    // With 66 the first offer ends the phase, and ours comes too late (eeprom#376).
    CHECK((board.progress().requests > 0) == !names_66);
  }
}

TEST_CASE("the Pis of all years get on with Rootstock") {
  std::vector<BoardSpec> years;
  for (int bits = 0; bits < 128; ++bits) {
    auto spec = numbered(bits & 1 ? Persona::pi5 : Persona::pi4, static_cast<std::uint8_t>(bits));
    spec.options_of_2019 = bits & 2;
    spec.fourcc_reversed = bits & 4;
    spec.option97_zero = bits & 8;
    spec.request_without_60 = bits & 16;
    spec.wait_ack = bits & 32;
    spec.double_slash = bits & 64;
    spec.block_size = bits & 2 ? 1024 : 1468;
    years.push_back(spec);
  }
  for (const auto& spec : years) {
    RealHead head{files_for({spec})};
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(60s);
    INFO(int{spec.mac.bytes[5]} << ": " << board.progress().failure);
    CHECK(board.handover());
  }
}

TEST_CASE("64 boards of mixed dialects at once, 2 % lost both ways: all up, and none that begins for ever") {
  std::vector<BoardSpec> boards;
  const auto add = [&](Persona persona, int count) {
    for (int i = 0; i < count; ++i)
      boards.push_back(numbered(persona, static_cast<std::uint8_t>(boards.size())));
  };
  add(Persona::pi3rom, 8), add(Persona::pi3plus, 8), add(Persona::pi4, 16), add(Persona::pi5, 16);
  add(Persona::uboot, 8), add(Persona::uefi_x64, 4), add(Persona::uefi_arm64, 4);
  RealHead head{files_for(boards)};
  World world{
      head,
      Weather{.loss = 0.02, .doubled = 0.005, .late = 0.005, .bits_per_second = 1'000'000'000, .seed = 64}};
  std::vector<Board*> plugged;
  for (const auto& spec : boards) plugged.push_back(&world.plug_in(spec));
  world.run(300s);
  std::set<Ipv4> addresses;
  for (const auto* board : plugged) {
    INFO(board->mac().text() << ": " << board->progress().failure);
    CHECK(board->handover());
    CHECK(board->progress().boots <= 3);
    if (board->handover()) addresses.insert(board->handover()->address);
  }
  CHECK(addresses.size() == boards.size());
}

TEST_CASE("firmware that nobody has a loader for gets its address, and a warning that says so") {
  const auto spec = numbered(Persona::unknown, 1);
  RealHead head{files_for({spec})};
  World world{head};
  auto& board = world.plug_in(spec);
  world.run(60s);
  CHECK(board.progress().stage == Stage::dead);
  CHECK(board.progress().failure == "has an address, and was sent nothing to boot");
  CHECK(head.warnings.contains(spec.mac));
}

TEST_CASE("a board keeps its address through ROM, second stage and initramfs") {
  const auto spec = numbered(Persona::pi3rom, 1);
  RealHead head{files_for({spec})};
  World world{head};
  auto& board = world.plug_in(spec);
  world.run(60s);
  REQUIRE(board.handover());
  std::set<std::string> addresses;
  for (const auto& step : board.progress().timeline)
    if (step.what.find("address 10.0.") == 0) addresses.insert(step.what.substr(0, step.what.find(" by")));
  CHECK(addresses.size() == 1);
  CHECK("address " + board.handover()->address.text() == *addresses.begin());
}

TEST_CASE("two boards with one MAC: neither brings the head to give out two addresses") {
  const auto one = numbered(Persona::pi4, 1);
  auto two = one;
  two.seed = 99;
  RealHead head{files_for({one})};
  World world{head};
  auto& first = world.plug_in(one);
  auto& second = world.plug_in(two);
  world.run(300s);
  if (first.handover() && second.handover()) CHECK(first.handover()->address == second.handover()->address);
  CHECK((first.handover() || second.handover()));
}
