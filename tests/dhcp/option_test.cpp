#include "dhcp/option.hpp"

#include "tests/dhcp/hex.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

std::vector<std::uint8_t> written(const Options& options) {
  std::vector<std::uint8_t> bytes;
  Writer out{bytes};
  options.write(out);
  return bytes;
}

}  // namespace

TEST_CASE("options go out in one order, whatever the order they came in") {
  Options options;
  options.set(Code::relay_agent, std::string_view{"r"});
  options.set(Code::client_id, std::string_view{"c"});
  options.set(static_cast<Code>(200), std::string_view{"x"});
  options.set(Code::subnet_mask, "255.255.255.0"_ip);
  options.set(Code::server_id, "10.0.0.1"_ip);
  options.set_u8(Code::message_type, 2);
  CHECK(written(options) == hex("35 01 02            | 53 message type, first \n"
                                "36 04 0a 00 00 01   | 54 server \n"
                                "01 04 ff ff ff 00   | 1 mask \n"
                                "c8 01 78            | 200 \n"
                                "3d 01 63            | 61 client id \n"
                                "52 01 72            | 82 relay, last (RFC 3046 2.1)"));
  CHECK(options.wire_size() == written(options).size());
}

TEST_CASE("an option that comes again continues the one before (RFC 3396)") {
  Options options;
  options.append(Code::domain_name, hex("61"));
  options.append(Code::host_name, hex("6e"));
  options.append(Code::domain_name, hex("62 63"));
  options.append(Code::domain_name, hex("64"));
  CHECK(options.text(Code::domain_name) == "abcd");
  CHECK(options.text(Code::host_name) == "n");
}

TEST_CASE("an option longer than 255 bytes is split, an empty one is kept") {
  Options options;
  options.set(Code::domain_name, std::string(300, 'd'));
  options.set(Code::host_name, std::string_view{});
  const auto bytes = written(options);
  REQUIRE(bytes.size() == 2 + 2 + 255 + 2 + 45);
  CHECK(bytes.size() == options.wire_size());
  CHECK(bytes[1] == 0);
  CHECK(bytes[3] == 255);
  CHECK(bytes[2 + 2 + 255 + 1] == 45);
}

TEST_CASE("reading a number of another size gives none") {
  Options options;
  options.set(Code::max_size, hex("05"));
  CHECK_FALSE(options.u16(Code::max_size));
  CHECK_FALSE(options.u16(Code::lease_time));
  options.set(Code::max_size, hex("05 dc"));
  CHECK(options.u16(Code::max_size) == 1500);
}

TEST_CASE("text loses the NULs that some clients append") {
  Options options;
  options.set(Code::vendor_class, hex("61 62 00 00"));
  CHECK(options.text(Code::vendor_class) == "ab");
}

TEST_CASE("equal options are equal whichever way they were put together") {
  Options one, other;
  one.set_u8(Code::message_type, 1);
  one.set(Code::server_id, "10.0.0.1"_ip);
  other.set(Code::server_id, "10.0.0.9"_ip);
  other.set_u8(Code::message_type, 1);
  CHECK_FALSE(one == other);
  other.set(Code::server_id, "10.0.0.1"_ip);
  CHECK(one == other);
}
