// The fleet's own packets: against a capture of the real thing, and TFTP's receiving end against the RFCs.
#include "tests/dhcp/hex.hpp"
#include "tests/fleet/firmware/tftp_receiver.hpp"
#include "tests/fleet/toys/toy_head.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::fleet;
using namespace rootstock::fleet::testing;

namespace {

std::vector<std::uint8_t> data(std::uint16_t block, std::string_view content) {
  std::vector<std::uint8_t> packet;
  Writer{packet}.u16(3).u16(block).text(content);
  return packet;
}
std::vector<std::uint8_t> ack(std::uint16_t block) {
  std::vector<std::uint8_t> packet;
  Writer{packet}.u16(4).u16(block);
  return packet;
}
std::vector<std::uint8_t> option_ack(std::string_view options) {
  std::vector<std::uint8_t> packet;
  Writer{packet}.u16(6).text(options);
  return packet;
}

TftpStyle style() {
  TftpStyle pi;
  pi.options = {{"tsize", "0"}, {"blksize", "1468"}};
  return pi;
}

}  // namespace

TEST_CASE("a frame that the fleet wrote, it reads; the UDP checksum of all zeros is sent as ones") {
  const Datagram datagram{
      "02:00:00:00:00:01"_mac, "02:00:00:00:00:02"_mac, "10.0.0.1"_ip, "10.0.0.2"_ip, 68, 67, {1, 2, 3}};
  const auto read = parse_frame(emit(datagram, IpHabits{}));
  REQUIRE(read);
  const auto& same = std::get<Datagram>(*read);
  CHECK(same.payload == datagram.payload);
  CHECK(same.target == datagram.target);
  CHECK(same.source_port == 68);
}

TEST_CASE("busybox udhcpc 1.35.0: our DISCOVER is its DISCOVER, frame for frame") {
  // Captured on Debian 12: udhcpc -n -q -f -t 2 -T 2 -A 0, MAC 02:00:00:00:00:aa.
  auto captured =
      hex("ffff ffff ffff 0200 0000 00aa 0800 4500 0148 0000 0000 4011 79a6 0000 0000 ffff\n"
          "ffff 0044 0043 0134 5f8b 0101 0600 d836 5468                    | checksum 5f8b, xid\n"
          "0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0200 0000 00aa | to chaddr\n");
  captured.resize(captured.size() + 10 + 64 + 128, 0);
  for (const auto byte : hex("63 82 53 63 35 01 01 39 02 02 40 37 07 01 03 06 0c 0f 1c 2a\n"
                             "3c 0c 75 64 68 63 70 20 31 2e 33 35 2e 30 3d 07 01 02 00 00 00 00 aa ff"))
    captured.push_back(byte);
  captured.resize(342, 0);
  auto head = good_head();
  World world{head};
  BoardSpec spec;
  spec.mac = "02:00:00:00:00:aa"_mac;
  spec.serial = 0x0badcafe;
  auto& board = world.plug_in(spec);
  world.run(60s);
  REQUIRE(board.handover());
  // Everything but the xid, which is random, and the checksum that covers it.
  const auto blind = [](Frame frame) {
    for (const std::size_t at : {40, 41, 46, 47, 48, 49}) frame.at(at) = 0;
    return frame;
  };
  const auto same = [&](const Frame& frame) {
    return frame.size() == captured.size() && blind(frame) == blind(captured);
  };
  CHECK(std::ranges::count_if(world.heard, same) == 1);
}

TEST_CASE("TFTP: OACK, blocks, copies of blocks, gaps") {
  TftpReceiver receiver{style(), false, true};
  CHECK(receiver.on_packet(option_ack(std::string_view{"tsize\0002000\0blksize\0001468\0", 24})) == ack(0));
  CHECK(receiver.announced_size() == 2000);
  CHECK(receiver.on_packet(data(1, std::string(1468, 'a'))) == ack(1));
  CHECK(receiver.on_packet(data(1, std::string(1468, 'a'))) == ack(1));
  CHECK_FALSE(receiver.on_packet(data(3, "z")));
  CHECK(receiver.state() == Fetch::under_way);
  CHECK(receiver.on_packet(data(2, std::string(532, 'b'))) == ack(2));
  CHECK(receiver.state() == Fetch::got);
  const auto file = receiver.take_file();
  CHECK(file.size == 2000);
  CHECK(file.bytes.size() == 2000);
}

TEST_CASE("TFTP: the digest is SHA-256") {
  TftpReceiver receiver{TftpStyle{}, false, false};
  receiver.on_packet(data(1, "abc"));
  CHECK(receiver.take_file().sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("TFTP: a window is acknowledged at its end, a gap at once") {
  auto windows = style();
  windows.options.emplace_back("windowsize", "4");
  windows.answers_gaps = true;
  TftpReceiver receiver{windows, false, false};
  CHECK(receiver.on_packet(option_ack(std::string_view{"windowsize\0004\0", 13})) == ack(0));
  for (std::uint16_t block = 1; block < 4; ++block)
    CHECK_FALSE(receiver.on_packet(data(block, std::string(512, 'x'))));
  CHECK(receiver.on_packet(data(4, std::string(512, 'x'))) == ack(4));
  CHECK_FALSE(receiver.on_packet(data(5, std::string(512, 'x'))));
  CHECK(receiver.on_packet(data(7, std::string(512, 'x'))) == ack(5));
  CHECK(receiver.on_packet(data(6, "")) == ack(6));
  CHECK(receiver.state() == Fetch::got);
}

TEST_CASE("TFTP: a probe ends at the first answer, whichever it is") {
  const auto early = [] {
    std::vector<std::uint8_t> packet;
    Writer{packet}.u16(5).u16(0).text("Early terminate").u8(0);
    return packet;
  }();
  TftpReceiver one{style(), true, false}, two{style(), true, false}, three{style(), true, false};
  CHECK(one.on_packet(option_ack(std::string_view{"tsize\0002000\0", 11})) == early);
  CHECK(two.on_packet(data(1, "x")) == early);
  CHECK(two.state() == Fetch::probed);
  three.on_packet(hex("00 05 00 01 6e 6f 00"));
  CHECK(three.state() == Fetch::missing);
}

TEST_CASE("TFTP: without rollover a file ends at block 65535") {
  auto small = style();
  small.options = {{"blksize", "8"}};
  for (const bool rollover : {true, false}) {
    small.rollover = rollover;
    TftpReceiver receiver{small, false, false};
    receiver.on_packet(option_ack(std::string_view{"blksize\0008\0", 10}));
    for (unsigned block = 1; block <= 65536; ++block)
      receiver.on_packet(data(static_cast<std::uint16_t>(block), "12345678"));
    CHECK(receiver.on_packet(data(1, "end")).has_value() == rollover);
    CHECK(receiver.state() == (rollover ? Fetch::got : Fetch::refused));
    if (!rollover) CHECK(receiver.words().find("65535") != std::string::npos);
  }
}

TEST_CASE("TFTP: what a server must not do") {
  TftpReceiver added{TftpStyle{}, false, false};
  added.on_packet(option_ack(std::string_view{"blksize\0001468\0", 13}));
  CHECK(added.state() == Fetch::refused);
  auto strict = style();
  strict.needs_options = true;
  TftpReceiver ignored{strict, false, false};
  ignored.on_packet(data(1, "x"));
  CHECK(ignored.state() == Fetch::refused);
}

TEST_CASE("the wire loses what it is told to, and is the same again for the same seed") {
  const auto arrivals = [](double loss) {
    Wire wire{Weather{.loss = loss, .seed = 3}};
    for (int i = 0; i < 1000; ++i) wire.send(Frame(100), Tick{i});
    std::size_t count = 0;
    while (wire.take(1s)) ++count;
    return count;
  };
  CHECK(arrivals(0) == 1000);
  CHECK(arrivals(0.1) > 850);
  CHECK(arrivals(0.1) < 950);
  CHECK(arrivals(0.1) == arrivals(0.1));
}

namespace {

/// A frame for the board of that number.
Frame frame_for(std::uint8_t board, std::size_t size) {
  Frame frame(size);
  frame[0] = 2;
  frame[5] = board;
  return frame;
}

/// The numbers of the boards whose frames come out, in order.
std::vector<int> comes_out(Wire& wire) {
  std::vector<int> boards;
  while (const auto next = wire.next())
    while (const auto frame = wire.take(*next)) boards.push_back((*frame)[5]);
  return boards;
}

}  // namespace

TEST_CASE("a port that is full loses what comes last") {
  Wire wire{Weather{.bits_per_second = 1'000'000, .queue_bytes = 4000}};
  for (std::uint8_t board = 1; board <= 6; ++board) wire.send(frame_for(board, 1500), Tick{0});
  CHECK(wire.overflowed() == 3);
  CHECK(comes_out(wire) == std::vector{1, 2, 3});
}

TEST_CASE("a port that is shared gives each board its turn, and loses what is for the greediest") {
  Wire wire{Weather{.bits_per_second = 1'000'000, .queue_bytes = 6000, .fair = true}};
  for (int i = 0; i < 6; ++i) wire.send(frame_for(1, 1500), Tick{0});
  wire.send(frame_for(2, 1500), Tick{0});
  wire.send(frame_for(3, 1500), Tick{0});
  CHECK(wire.overflowed() == 3);
  CHECK(comes_out(wire) == std::vector{1, 2, 3, 1, 1});
}

TEST_CASE("a slow wire takes its time: 1500 bytes at 1 Mbit/s are 12 ms and more") {
  Wire wire{Weather{.latency = Tick{0}, .bits_per_second = 1'000'000}};
  wire.send(Frame(1500), Tick{0});
  wire.send(Frame(1500), Tick{0});
  CHECK_FALSE(wire.take(12ms));
  CHECK(wire.next() == Tick{1524 * 8});
  CHECK(wire.take(13ms));
  CHECK(wire.next() == Tick{2 * 1524 * 8});
}
