#include "server/links/bpdu.hpp"

#include <string>
#include <vector>

#include "tests/dhcp/hex.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;

namespace {

// What a switch sends every two seconds, padded to the least size of a frame.
const std::string ethernet = "01 80 c2 00 00 00  00 1b 54 aa bb 02 | to all bridges, from its port\n";
const std::string llc = "42 42 03 | bridges\n";
const std::string ids =
    "80 00 00 1b 54 00 00 01 | root\n"
    "00 00 00 04             | cost\n"
    "80 00 00 1b 54 aa bb 00 | bridge\n"
    "80 02  01 00  14 00     | port, age, greatest age\n"
    "02 00  0f 00            | hello 2 s, forward delay 15 s\n";
const std::string padding = "00 00 00 00 00 00 00 00\n";
const std::string classic = ethernet + "00 26\n" + llc + "00 00 00 00 00\n" + ids + padding;
const std::string rapid = ethernet + "00 27\n" + llc + "00 00 02 02 3c\n" + ids + "00\n" + padding;

std::optional<Bpdu> parse(const std::string& text) { return parse_bpdu(hex(text)); }

}  // namespace

TEST_CASE("a configuration message says who sends it and how long a port is deaf", "[spanning-tree]") {
  const auto bpdu = parse(classic);
  REQUIRE(bpdu);
  CHECK_FALSE(bpdu->rapid);
  CHECK(bpdu->bridge.text() == "00:1b:54:aa:bb:00");
  CHECK(bpdu->root.text() == "00:1b:54:00:00:01");
  CHECK(bpdu->hello == 2s);
  CHECK(bpdu->forward_delay == 15s);
  CHECK(bpdu->deaf() == 30s);
}

TEST_CASE("rapid and multiple spanning tree are read alike", "[spanning-tree]") {
  REQUIRE(parse(rapid));
  CHECK(parse(rapid)->rapid);
  CHECK(parse(rapid)->forward_delay == 15s);
  auto multiple = rapid;
  multiple.replace(multiple.find("00 00 02 02"), 11, "00 00 03 02");
  CHECK(parse(multiple) == parse(rapid));
}

TEST_CASE("what is no configuration message is none", "[spanning-tree]") {
  const auto with = [](const std::string& from, const std::string& to) {
    auto text = classic;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  struct Row {
    std::string what, frame;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"nothing", ""},
      {"a notification of change", with("00 00 00 00 00\n", "00 00 00 80\n")},
      {"LLDP, to another group", with("01 80 c2 00 00 00", "01 80 c2 00 00 0e")},
      {"another protocol's type", with("00 26\n", "08 00\n")},
      {"SNAP", with("42 42 03", "aa aa 03")},
      {"another protocol of bridges", with("00 00 00 00 00\n", "00 01 00 00 00\n")},
  }));
  INFO(row.what);
  CHECK_FALSE(parse(row.frame));
}

TEST_CASE("a message that was cut is none, wherever it was cut", "[spanning-tree]") {
  const auto whole = hex(classic);
  const std::size_t needed = 14 + 3 + 35;
  for (std::size_t size = 0; size < needed; ++size) {
    INFO(size);
    CHECK_FALSE(parse_bpdu(std::span{whole}.first(size)));
  }
  CHECK(parse_bpdu(std::span{whole}.first(needed)));
}
