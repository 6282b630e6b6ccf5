#include "dhcp/message.hpp"

#include <random>

#include "tests/dhcp/hex.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

constexpr auto plain_mac = "02 00 00 00 00 07";
constexpr std::size_t sname_at = 44, file_at = 108;

std::vector<std::uint8_t> asks(std::string_view options) {
  return request("00 00", "00 00 00 00", plain_mac, options);
}

void put(std::vector<std::uint8_t>& packet, std::size_t at, std::string_view text) {
  const auto bytes = hex(text);
  std::copy(bytes.begin(), bytes.end(), packet.begin() + static_cast<std::ptrdiff_t>(at));
}

Message random_message(std::mt19937& random) {
  const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  Message m;
  m.op = static_cast<std::uint8_t>(1 + below(2));
  m.hops = static_cast<std::uint8_t>(below(256));
  m.xid = static_cast<std::uint32_t>(random());
  m.secs = static_cast<std::uint16_t>(below(65536));
  m.flags = below(2) ? broadcast_flag : std::uint16_t{0};
  m.client_ip = Ipv4{static_cast<std::uint32_t>(random())};
  m.relay = Ipv4{static_cast<std::uint32_t>(random())};
  for (auto& byte : m.hardware) byte = static_cast<std::uint8_t>(below(256));
  m.file = std::string(below(129), 'f');
  m.server_name = std::string(below(65), 's');
  m.options.set_u8(Code::message_type, static_cast<std::uint8_t>(below(9)));
  for (auto left = below(12); left > 0; --left) {
    const auto code = static_cast<Code>(100 + below(150));
    m.options.set(code, std::string(below(700), static_cast<char>(below(256))));
  }
  return m;
}

}  // namespace

TEST_CASE("what emit writes, parse reads back equal") {
  std::mt19937 random{7};
  for (int i = 0; i < 2000; ++i) {
    const auto message = random_message(random);
    std::vector<std::uint8_t> bytes;
    emit(message, bytes);
    REQUIRE(bytes.size() == wire_size(message));
    const auto back = parse(bytes);
    REQUIRE(back);
    REQUIRE(*back == message);
  }
}

TEST_CASE("the fixed fields") {
  auto packet = request("80 00", "0a 00 00 0a", plain_mac, "35 01 03 ff");
  put(packet, file_at, "6b 00 78");  // "k", and garbage after its end
  const auto m = parse(packet);
  REQUIRE(m);
  CHECK(m->op == boot_request);
  CHECK(m->xid == 0x11223344);
  CHECK(m->broadcast());
  CHECK(m->client_ip == "10.0.0.10"_ip);
  CHECK(m->mac() == "02:00:00:00:00:07"_mac);
  CHECK(m->type() == MessageType::request);
  CHECK(m->file == "k");
}

TEST_CASE("malformed packets are told apart") {
  CHECK(parse({}).error() == ParseError::truncated);
  const auto whole = asks("");
  CHECK(parse(Bytes{whole}.first(whole.size() - 1)).error() == ParseError::truncated);
  auto bootp = asks("");
  bootp.back() = 0;
  CHECK(parse(bootp).error() == ParseError::no_cookie);
  CHECK(parse(asks("35 01 01 32 04 0a 00")).error() == ParseError::option_overrun);
  CHECK(parse(asks("35")).error() == ParseError::option_overrun);
  CHECK(parse(asks("35 02 01 01 ff")).error() == ParseError::option_length);
  CHECK(parse(asks("35 01 01 36 03 0a 00 00 ff")).error() == ParseError::option_length);
  CHECK(parse(asks("34 02 01 01 35 01 01 ff")).error() == ParseError::option_length);
}

TEST_CASE("every prefix of a good packet is answered with a value or a fault, and so is every flipped byte") {
  const auto good = asks("35 01 01 34 01 03 3c 04 61 62 63 64 37 03 01 03 06 ff");
  for (std::size_t size = 0; size <= good.size(); ++size) static_cast<void>(parse(Bytes{good}.first(size)));
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] ^= 0xff;
    static_cast<void>(parse(bad));
  }
  SUCCEED("no crash; the sanitizer build watches");
}

TEST_CASE("pads are skipped, an end mark is final, and a missing one is forgiven") {
  const auto padded = parse(asks("00 00 35 01 01 00 ff 35 01 03"));
  REQUIRE(padded);
  CHECK(padded->type() == MessageType::discover);
  CHECK(parse(asks("35 01 01")).value().type() == MessageType::discover);
}

TEST_CASE("overload: options continue in file, then in sname (RFC 2131 4.1)") {
  auto packet = asks("34 01 03 3c 01 61 35 01 01 ff");
  put(packet, file_at, "3c 01 62 ff");
  put(packet, sname_at, "3c 01 63 ff");
  const auto m = parse(packet);
  REQUIRE(m);
  CHECK(m->options.text(Code::vendor_class) == "abc");
  CHECK(m->file.empty());
  CHECK(m->server_name.empty());
  CHECK_FALSE(m->options.has(Code::overload));
}

TEST_CASE("overload of one field leaves the other as text") {
  auto packet = asks("34 01 01 35 01 01 ff");
  put(packet, file_at, "3c 01 62 ff");
  put(packet, sname_at, "68 65 61 64");
  const auto m = parse(packet);
  REQUIRE(m);
  CHECK(m->options.text(Code::vendor_class) == "b");
  CHECK(m->server_name == "head");
}

TEST_CASE("a message is never shorter than BOOTP's 300 bytes") {
  Message message;
  std::vector<std::uint8_t> bytes;
  emit(message, bytes);
  CHECK(bytes.size() == 300);
}
