// Raspberry Pi firmware's DHCP, to the byte, and what it does not take (NETBOOT-FACTS 1.1, 1.2, 8.3).
#include "tests/fleet/firmware/pi_dhcp.hpp"

#include "tests/dhcp/hex.hpp"
#include "tests/fleet/toys/toy_head.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::fleet;
using namespace rootstock::fleet::testing;

namespace {

constexpr auto pxe_class =
    "3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 30 3a 55 4e 44 49 3a 30 30 32 30 30 31\n";

BoardSpec pi(Persona persona) {
  BoardSpec spec;
  spec.persona = persona;
  spec.mac = "dc:a6:32:01:02:03"_mac;
  spec.serial = 0x1234abcd;
  return spec;
}

/// The options of a packet: what stands behind the cookie.
std::vector<std::uint8_t> options_of(const std::vector<std::uint8_t>& packet) {
  return {packet.begin() + 240, packet.end()};
}

DhcpReply offer(std::map<std::uint8_t, std::string> options, Ipv4 siaddr = {}, Ipv4 yiaddr = "10.0.0.9"_ip) {
  DhcpReply reply;
  reply.type = DhcpType::offer;
  reply.yiaddr = yiaddr;
  reply.siaddr = siaddr;
  reply.source = "10.0.0.2"_ip;
  for (const auto& [code, value] : options) reply.options[code] = {value.begin(), value.end()};
  return reply;
}

Ipv4 eeprom_server(const DhcpReply& reply) {
  PiOffers offers;
  hear_eeprom(reply, "Raspberry Pi Boot", offers);
  return offers.tftp;
}

Ipv4 rom_server(const DhcpReply& reply) {
  PiOffers offers;
  hear_rom(reply, "Raspberry Pi Boot   ", offers);
  return offers.tftp;
}

/// How long this Pi asks a head that answers like this, and what for.
struct Try {
  Stage stage;
  std::vector<Tick> discovers;
  unsigned requests;
  unsigned dropped;
  std::string why;
};
Try tries(Persona persona, const std::function<void(Says&)>& change, Tick time = 200s) {
  ToyHead head;
  head.dhcp_delay = 1s;
  head.dhcp = [&](const Asked& ask) {
    auto says = good_answer(ask);
    change(says);
    return std::vector{says};
  };
  World world{head};
  auto spec = pi(persona);
  spec.mac = "0a:00:00:00:00:07"_mac;
  auto& board = world.plug_in(spec);
  world.run(time);
  Try result{board.progress().stage,
             {},
             board.progress().requests,
             board.progress().dropped,
             board.progress().why_dropped};
  for (const auto& ask : head.asked)
    if (ask.options.type == DhcpType::discover) result.discovers.push_back(ask.at);
  return result;
}

void repair_ip_sum(Frame& frame, std::size_t header) {
  std::uint32_t sum = 0;
  frame[24] = frame[25] = 0;
  for (std::size_t i = 14; i < 14 + header; i += 2)
    sum += static_cast<std::uint32_t>(frame[i] << 8 | frame[i + 1]);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  frame[24] = static_cast<std::uint8_t>(~sum >> 8);
  frame[25] = static_cast<std::uint8_t>(~sum);
}

}  // namespace

TEST_CASE("Pi 4 DISCOVER: 322 bytes of BOOTP, 364 on the wire") {
  const auto packet = eeprom_discover(pi(Persona::pi4), 0x01020304);
  CHECK(packet.size() == 322);
  CHECK(options_of(packet) == hex(std::string{"35 01 01   | DISCOVER\n"
                                              "37 0e 01 03 2b 3c 42 43 80 81 82 83 84 85 86 87\n"} +
                                  pxe_class +
                                  "5d 02 00 00\n5e 03 01 02 01\n"
                                  "61 11 00 52 50 69 34   | RPi4\n"
                                  "14 31 c0 00            | revision, little endian\n"
                                  "32 01 02 03            | the MAC's last four bytes\n"
                                  "cd ab 34 12            | serial, little endian\nff"));
  const auto frame =
      emit(Datagram{pi(Persona::pi4).mac, broadcast_mac, {}, broadcast_ip, 68, 67, packet}, IpHabits{});
  CHECK(frame.size() == 364);
  CHECK(frame[22] == 64);               // TTL
  CHECK((frame[40] | frame[41]) != 0);  // UDP checksum
}

TEST_CASE("the EEPROM's years: order of options, fourcc, DHCP_OPTION97=0") {
  auto spec = pi(Persona::pi5);
  spec.options_of_2019 = spec.fourcc_reversed = true;
  const auto old = options_of(eeprom_discover(spec, 1));
  CHECK(old[19] == 0x5d);
  CHECK(std::vector(old.begin() + 31, old.begin() + 35) == hex("35 69 50 52"));
  spec.option97_zero = true;
  const auto zero = options_of(eeprom_discover(spec, 1));
  CHECK(std::vector(zero.begin() + 28, zero.begin() + 47) ==
        hex("61 11 00 cd ab 34 12 cd ab 34 12 cd ab 34 12 cd ab 34 12"));
  CHECK(zero[47] == 0x3c);
}

TEST_CASE("Pi 4 REQUEST: no parameter list, siaddr is the server") {
  PiOffers offers;
  offers.address = "10.0.0.9"_ip;
  offers.server_id = "10.0.0.1"_ip;
  const auto packet = eeprom_request(pi(Persona::pi4), 1, offers);
  CHECK(std::vector(packet.begin() + 20, packet.begin() + 24) == hex("0a 00 00 01"));
  const auto begin =
      hex(std::string{"35 01 03\n32 04 0a 00 00 09\n36 04 0a 00 00 01\n"} + pxe_class + "61 11 00");
  const auto options = options_of(packet);
  CHECK(std::vector(options.begin(), options.begin() + static_cast<std::ptrdiff_t>(begin.size())) == begin);
  CHECK(options.size() == 3 + 6 + 6 + 34 + 19 + 1);
}

TEST_CASE(
    "Pi 3 ROM DISCOVER: 320 bytes, all 0x44, one xid for ever; bootcode.bin asks for two options more") {
  const auto rom = rom_discover(pi(Persona::pi3rom), false);
  CHECK(rom.size() == 320);
  CHECK(std::vector(rom.begin() + 4, rom.begin() + 8) == hex("26 f3 03 39"));
  CHECK(options_of(rom) == hex(std::string{"35 01 01\n37 0c 2b 3c 43 80 81 82 83 84 85 86 87 42\n"
                                           "5d 02 00 00\n5e 03 01 02 01\n"
                                           "61 11 00 44 44 44 44 44 44 44 44 44 44 44 44 44 44 44 44\n"} +
                               pxe_class + "ff"));
  const auto bootcode = rom_discover(pi(Persona::pi3rom), true);
  CHECK(bootcode.size() == 322);
  CHECK(std::vector(bootcode.begin() + 243, bootcode.begin() + 245) == hex("37 0e"));
  CHECK(std::vector(bootcode.begin() + 270, bootcode.begin() + 274) == hex("00 cd ab 34"));
}

TEST_CASE("where an EEPROM takes its TFTP server from") {
  const auto menu = pi_menu("Raspberry Pi Boot");
  CHECK(eeprom_server(offer({{66, "10.0.0.1"}})) == "10.0.0.1"_ip);
  CHECK(eeprom_server(offer({{66, std::string{"10.0.0.1 \0", 10}}})) == "10.0.0.1"_ip);
  CHECK(eeprom_server(offer({{66, "10.0.0.1"}, {43, menu}}, "10.0.0.3"_ip)) == "10.0.0.1"_ip);
  CHECK(eeprom_server(offer({{43, menu}}, "10.0.0.3"_ip)) == "10.0.0.3"_ip);
  CHECK(eeprom_server(offer({{43, menu}})) == "10.0.0.2"_ip);                             // the sender
  CHECK(eeprom_server(offer({{43, menu}, {60, "PXEClient"}}, {}, {})) == "10.0.0.2"_ip);  // a proxy
  CHECK(eeprom_server(offer({{43, pi_menu("~~Raspberry Pi Boot~~")}})) == "10.0.0.2"_ip);
  CHECK(eeprom_server(offer({}, "10.0.0.1"_ip)).unset());
  CHECK(eeprom_server(offer({{66, "head.cluster"}})).unset());
  CHECK(eeprom_server(offer({{66, std::string{"\x0a\x00\x00\x01", 4}}})).unset());
  CHECK(eeprom_server(offer({{43, pi_menu("Raspberry Pi")}})).unset());
  CHECK(eeprom_server(offer({{43, "Raspberry Pi Boot"}})).unset());  // not the TLV
  CHECK(eeprom_server(offer({{43, menu}, {60, "HTTPClient"}})).unset());
  CHECK(eeprom_server(offer({{43, menu.substr(0, menu.size() - 4)}})).unset());
}

TEST_CASE("where a Pi 3 takes it from: the sender of the offer with the menu, and nothing else") {
  const auto menu = pi_menu("Raspberry Pi Boot   ");
  CHECK(rom_server(offer({{43, menu}, {66, "10.0.0.1"}}, "10.0.0.3"_ip)) == "10.0.0.2"_ip);
  CHECK(rom_server(offer({{66, "10.0.0.1"}}, "10.0.0.1"_ip)).unset());
  CHECK(rom_server(offer({{43, pi_menu("Raspberry Pi Boot")}})).unset());  // the ROM wants its three spaces
  auto relayed = offer({{43, menu}});
  relayed.hops = 1;
  CHECK(rom_server(relayed).unset());
}

TEST_CASE("what offers say adds up: address from one, menu from another") {
  PiOffers offers;
  hear_eeprom(offer({{54, std::string{"\x0a\x00\x00\x05", 4}}, {3, std::string{"\x0a\x00\x00\x05", 4}}}),
              "Raspberry Pi Boot", offers);
  CHECK_FALSE(offers.complete());
  hear_eeprom(offer({{43, pi_menu("Raspberry Pi Boot")}, {54, std::string{"\x0a\x00\x00\x02", 4}}}, {}, {}),
              "Raspberry Pi Boot", offers);
  CHECK(offers.complete());
  CHECK(offers.server_id == "10.0.0.5"_ip);  // never that of a packet without an address
  CHECK(offers.router == "10.0.0.5"_ip);
  hear_eeprom(offer({{3, std::string{"\x0a\x00\x00\x06\x0a\x00\x00\x07", 8}}}), "Raspberry Pi Boot", offers);
  CHECK(offers.router == "10.0.0.5"_ip);  // a list of two is ignored
}

TEST_CASE("a Pi 4 asks at 0, 8 and 24 s, gives up after 45 s, and begins again") {
  const auto silent = tries(
      Persona::pi4, [](Says& says) { says.spoil = [](Frame& frame) { frame.clear(); }; }, 60s);
  REQUIRE(silent.discovers.size() >= 4);
  CHECK(silent.discovers[1] - silent.discovers[0] == 8s);
  CHECK(silent.discovers[2] - silent.discovers[0] == 24s);
  CHECK(silent.discovers[3] - silent.discovers[0] >= 45s);
}

TEST_CASE("a Pi 3's ROM asks five times, five seconds apart, and is dead") {
  const auto silent =
      tries(Persona::pi3rom, [](Says& says) { says.spoil = [](Frame& frame) { frame.clear(); }; });
  CHECK(silent.stage == Stage::dead);
  REQUIRE(silent.discovers.size() == 5);
  CHECK(silent.discovers[4] - silent.discovers[3] == 5s);
}

TEST_CASE("offers that no Pi can use: it asks on and on, and never for a file") {
  const auto forget = [](Says& says) { says.options.erase(43), says.options.erase(66); };
  const std::vector<std::pair<std::string, std::function<void(Says&)>>> bad{
      {"siaddr alone", forget},
      {"66 is a name, no menu", [&](Says& says) { forget(says), says.options[66] = "head.cluster"; }},
      {"wrong text in the menu",
       [&](Says& says) { forget(says), says.options[43] = pi_menu("Raspberry Pi Root   "); }},
      {"a fragment",
       [](Says& says) { says.spoil = [](Frame& frame) { frame[20] = 0x20, repair_ip_sum(frame, 20); }; }},
      {"IP options",
       [](Says& says) {
         says.spoil = [](Frame& frame) {
           frame.insert(frame.begin() + 34, {1, 1, 1, 0});
           frame[14] = 0x46;
           const auto size = static_cast<std::uint16_t>(frame.size() - 14);
           frame[16] = static_cast<std::uint8_t>(size >> 8), frame[17] = static_cast<std::uint8_t>(size);
           repair_ip_sum(frame, 24);
         };
       }},
      {"a wrong UDP checksum", [](Says& says) { says.spoil = [](Frame& frame) { frame.back() ^= 1; }; }},
      {"a wrong IP checksum", [](Says& says) { says.spoil = [](Frame& frame) { frame[24] ^= 1; }; }},
  };
  for (const auto& [words, change] : bad) {
    INFO(words);
    for (const auto persona : {Persona::pi4, Persona::pi5, Persona::pi3rom}) {
      const auto result = tries(persona, change);
      CHECK(result.requests == 0);
      CHECK(result.discovers.size() >= 5);
      CHECK((result.stage == Stage::dead) == (persona == Persona::pi3rom));
    }
  }
}

TEST_CASE("the same spoiling leaves a good frame good, so it is the spoiled part that counts") {
  const auto touched = tries(
      Persona::pi4, [](Says& says) { says.spoil = [](Frame& frame) { repair_ip_sum(frame, 20); }; }, 10s);
  CHECK(touched.requests > 0);
}

TEST_CASE("why a frame was dropped is told") {
  const auto fragment = tries(Persona::pi4, [](Says& says) {
    says.spoil = [](Frame& frame) { frame[20] = 0x20, repair_ip_sum(frame, 20); };
  });
  CHECK(fragment.why == "IP fragment");
  CHECK(fragment.dropped > 0);
}

TEST_CASE("a reply that is too fast for a Pi 3's ROM is seen only when another frame follows") {
  const auto asks_for_files = [](std::vector<Tick> answers) {
    auto head = good_head();
    head.dhcp_delay = {};
    head.dhcp = [&](const Asked& ask) {
      std::vector<Says> all;
      for (const auto later : answers) {
        all.push_back(good_answer(ask));
        all.back().later = later;
      }
      return all;
    };
    World world{head};
    auto spec = pi(Persona::pi3rom);
    spec.mac = "0a:00:00:00:00:07"_mac;
    auto& board = world.plug_in(spec);
    world.run(24s);
    return board.progress().requests > 0;
  };
  CHECK(asks_for_files({1s}));
  CHECK_FALSE(asks_for_files({1ms}));
  CHECK(asks_for_files({1ms, 50ms}));
}

TEST_CASE("wait_ack: no file is asked for before the ACK") {
  for (const bool waits : {false, true}) {
    auto head = good_head();
    head.dhcp = [](const Asked& ask) {
      return ask.options.type == DhcpType::discover ? std::vector{good_answer(ask)} : std::vector<Says>{};
    };
    World world{head};
    auto spec = pi(Persona::pi4);
    spec.wait_ack = waits;
    auto& board = world.plug_in(spec);
    world.run(40s);
    CHECK((board.progress().requests > 0) == !waits);
  }
}
