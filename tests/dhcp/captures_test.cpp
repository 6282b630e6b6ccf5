// What firmware in the field sends, byte for byte (tests/captures), and all that each must hear.
#include <fmt/format.h>

#include <map>

#include "tests/dhcp/hex.hpp"
#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

Message capture(const std::string& name) {
  const auto message = parse(hex_file(std::string(SOURCE_DIR) + "/tests/captures/" + name + ".hex"));
  REQUIRE(message);
  REQUIRE(fault_of(*message).empty());
  return *message;
}

using Values = std::map<int, std::string>;

std::string text(const Values& options) {
  std::string lines;
  for (const auto& [code, value] : options) lines += std::to_string(code) + ": " + value + "\n";
  return lines;
}

std::string hex_words(Bytes bytes) {
  std::string words;
  for (const auto byte : bytes) words += fmt::format("{:02x} ", byte);
  if (!words.empty()) words.pop_back();
  return words;
}

/// Every option of a message.
std::string options_of(const Message& message) {
  Values values;
  for (int code = 1; code < 255; ++code)
    if (const auto value = message.options.find(static_cast<Code>(code))) values[code] = hex_words(*value);
  return text(values);
}

std::string bytes_of(std::string_view annotated) { return hex_words(hex(annotated)); }

/// What every board hears that gets an address in the lab; `more` is what this one hears beside it.
std::string address_and(MessageType type, const Values& more, bool seated = true) {
  Values values{{1, "ff ff ff 00"},
                {15, bytes_of("\"cluster\"")},
                {28, "0a 00 00 ff"},
                {51, "00 00 0e 10"},
                {53, fmt::format("{:02x}", static_cast<int>(type))},
                {54, "0a 00 00 01"},
                {58, "00 00 07 08"},
                {59, "00 00 0c 4e"},
                {66, bytes_of("\"10.0.0.1\"")}};
  if (seated) values[12] = bytes_of("\"node01\"");
  for (const auto& [code, value] : more) values[code] = value;
  return text(values);
}

/// Option 60 and NETBOOT-FACTS 1.3's option 43, and 97 as it came.
Values for_a_pi(const Message& question) {
  Values values{{43, bytes_of("06 01 03  0a 04 00 \"PXE\"  09 17 00 00 14 \"Raspberry Pi Boot   \"  ff")},
                {60, bytes_of("\"PXEClient\"")}};
  if (const auto uuid = question.options.find(Code::client_uuid)) values[97] = hex_words(*uuid);
  return values;
}

constexpr std::size_t smallest_frame = 548, whole_frame = 1471;  // 576 less the headers; below 1472

/// Holds of every answer, whoever gets it.
void check_answer(const Message& question, const Outcome& outcome, std::size_t largest) {
  REQUIRE(outcome.reply);
  const auto& reply = *outcome.reply;
  CHECK(reply.op == boot_reply);
  CHECK(reply.xid == question.xid);
  CHECK(reply.mac() == question.mac());
  CHECK(reply.your_ip == "10.0.0.10"_ip);
  CHECK(reply.next_server == Lab::head);
  CHECK(reply.client_ip.unset());
  CHECK(reply.server_name.empty());
  CHECK(outcome.to.route == (question.broadcast() ? Route::broadcast : Route::hardware));
  std::vector<std::uint8_t> bytes;
  emit(reply, bytes);
  CHECK(bytes.size() <= largest);
  CHECK(parse(bytes) == reply);
}

/// What only a Pi 3 needs: a lease with the OFFER, a neighbour entry, a second's wait.
void check_care(const Outcome& outcome, bool like_a_pi3) {
  CHECK(outcome.delay == (like_a_pi3 ? 1s : 0s));
  CHECK(outcome.pin.has_value() == like_a_pi3);
  if (outcome.pin) {
    CHECK(outcome.pin->address == "10.0.0.10"_ip);
    CHECK(outcome.pin->mac == outcome.board.mac);
  }
  if (outcome.answered == "OFFER") CHECK(outcome.lease.has_value() == like_a_pi3);
  if (outcome.lease) CHECK(outcome.lease->seated);
}

}  // namespace

TEST_CASE("Raspberry Pis: the OFFER to every DISCOVER there is") {
  struct Row {
    std::string capture;
    Dialect dialect;
    std::optional<std::uint32_t> serial;
    std::size_t size;  ///< of the question: NETBOOT-FACTS 1.1 and 1.2 give it
  };
  const auto row = GENERATE(values<Row>({
      {"pi3-rom-discover", Dialect::pi3, std::nullopt, 320},
      {"pi3-bootcode-discover", Dialect::pi3, 0x29415c9e, 322},
      {"pi4-2019-discover", Dialect::pi4, 0x8b2f7e4d, 322},
      {"pi4-2021-discover", Dialect::pi4, 0x8b2f7e4d, 322},
      {"pi4-2026-discover", Dialect::pi4, 0x8b2f7e4d, 322},
      {"pi4-own-option97-discover", Dialect::pi4, 0x8b2f7e4d, 322},
      {"pi-http-discover", Dialect::pi4, 0x8b2f7e4d, 311},
      {"pi5-discover", Dialect::pi5, 0x6d9a03fe, 322},
      {"pi5-reversed-discover", Dialect::pi5, 0x6d9a03fe, 322},
  }));
  INFO(row.capture);
  Lab lab;
  const auto question = capture(row.capture);
  CHECK(hex_file(SOURCE_DIR "/tests/captures/" + row.capture + ".hex").size() == row.size);
  const auto offer = lab.hears(question);
  CHECK(offer.board.dialect == row.dialect);
  CHECK(offer.board.serial == row.serial);
  CHECK(name_of(architecture_of(offer.board)) == "arm64");
  CHECK(offer.answered == "OFFER");
  CHECK_FALSE(offer.warns);
  check_answer(question, offer, whole_frame);
  CHECK(offer.reply->file.empty());
  CHECK(options_of(*offer.reply) == address_and(MessageType::offer, for_a_pi(question)));
  check_care(offer, row.dialect == Dialect::pi3);
}

TEST_CASE("Raspberry Pis: the ACK to a REQUEST that asks for nothing, whatever it leaves out") {
  struct Row {
    std::string discover, request;
    Dialect dialect;
  };
  const auto row = GENERATE(values<Row>({
      {"pi4-2026-discover", "pi4-2026-request", Dialect::pi4},
      {"pi4-2019-discover", "pi4-2020-01-request", Dialect::pi4},  // no option 60
      {"pi5-discover", "pi5-request", Dialect::pi5},
  }));
  INFO(row.request);
  Lab lab;
  const auto question = capture(row.request);
  CHECK_FALSE(question.options.has(Code::parameter_list));
  CHECK(question.next_server == Lab::head);
  lab.hears(capture(row.discover));
  const auto ack = lab.hears(question);
  CHECK(ack.board.dialect == row.dialect);
  CHECK(ack.board.serial.has_value());
  CHECK(ack.answered == "ACK");
  check_answer(question, ack, whole_frame);
  CHECK(options_of(*ack.reply) == address_and(MessageType::ack, for_a_pi(question)));
  check_care(ack, false);
  REQUIRE(ack.lease);
}

TEST_CASE("what a board was is remembered for its transaction only") {
  Lab lab;
  auto request = capture("pi4-2020-01-request");
  lab.hears(capture("pi4-2019-discover"));
  request.xid += 1;
  request.options.erase(Code::client_uuid);
  const auto ack = lab.hears(request);
  CHECK(ack.board.dialect == Dialect::plain);
  CHECK_FALSE(ack.reply->options.has(Code::vendor_options));
}

TEST_CASE("a Pi 3 whose OFFER was lost gets the same address again, and nobody else does") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.10"_ip}};
  const auto first = lab.hears(capture("pi3-rom-discover"));
  lab.passes(9min);
  CHECK_FALSE(lab.hears(Lab::discover("02:00:00:00:00:09"_mac)).reply);
  CHECK(lab.hears(capture("pi3-rom-discover")).address == first.address);
}

TEST_CASE("boards with loaders of ours: the OFFER, and the ACK when we have their REQUEST") {
  struct Row {
    std::string firmware;
    Dialect dialect;
    std::string_view architecture, file;
    Values more;  ///< options of its own
    std::size_t largest;
    bool requests;
  };
  constexpr std::string_view script = "http://10.0.0.1/boot.ipxe";
  const auto http = bytes_of("\"HTTPClient\"");
  const auto row = GENERATE_COPY(values<Row>({
      {"pxe-rom", Dialect::pxe_bios, "amd64", "undionly.kpxe", {}, 1260 - 28, false},
      {"edk2-x64-pxe", Dialect::uefi_x64, "amd64", "snponly.efi", {}, 1472 - 28, true},
      {"edk2-arm64-pxe", Dialect::uefi_arm64, "arm64", "grubaa64.efi", {}, 1472 - 28, true},
      {"edk2-x64-http",
       Dialect::http_x64,
       "amd64",
       "http://10.0.0.1/snponly.efi",
       {{60, http}},
       1472 - 28,
       true},
      {"edk2-arm64-http",
       Dialect::http_arm64,
       "arm64",
       "http://10.0.0.1/grubaa64-http.efi",
       {{60, http}},
       1472 - 28,
       true},
      {"ipxe-bios", Dialect::ipxe, "amd64", script, {{61, "01 52 54 00 c0 00 02"}}, 1472 - 28, true},
      {"ipxe-efi", Dialect::ipxe, "amd64", script, {{61, "01 52 54 00 77 00 01"}}, 1472 - 28, true},
      {"ipxe-arm64", Dialect::ipxe, "arm64", script, {{61, "01 52 54 00 77 00 01"}}, 1472 - 28, false},
      {"uboot", Dialect::uboot_arm64, "arm64", "", {}, smallest_frame, true},
      {"uboot-efi", Dialect::uefi_arm64, "arm64", "grubaa64.efi", {}, smallest_frame, false},
      {"uboot-efi-2025", Dialect::uefi_arm64, "arm64", "grubaa64.efi", {}, smallest_frame, false},
  }));
  INFO(row.firmware);
  Lab lab;
  const auto hears = [&](const std::string& name, MessageType type) {
    const auto question = capture(row.firmware + name);
    const auto answer = lab.hears(question);
    INFO(name);
    CHECK(answer.board.dialect == row.dialect);
    CHECK(name_of(architecture_of(answer.board)) == row.architecture);
    CHECK_FALSE(answer.board.serial);
    CHECK_FALSE(answer.warns);
    CHECK(answer.answered == name_of(type));
    check_answer(question, answer, row.largest);
    CHECK(answer.reply->file == row.file);
    auto more = row.more;
    if (!row.file.empty()) more[67] = bytes_of(fmt::format("\"{}\"", row.file));
    if (const auto uuid = question.options.find(Code::client_uuid)) more[97] = hex_words(*uuid);
    CHECK(options_of(*answer.reply) == address_and(type, more));
    check_care(answer, false);
    return answer;
  };
  hears("-discover", MessageType::offer);
  if (!row.requests) return;
  CHECK(hears("-request", MessageType::ack).lease);
}

TEST_CASE("U-Boot never hears more than 576 bytes, whatever its environment lets it ask for") {
  Lab lab;
  lab.network.domain = std::string(250, 'd');
  lab.network.dns = std::vector<Ipv4>(40, Lab::head);
  Responder responder{lab.network, lab.leases, lab.seating};
  auto question = capture("uboot-discover");
  question.options.set(Code::max_size, hex("05 dc"));
  CHECK(wire_size(*responder.answer(question, lab.now).reply) <= smallest_frame);
}

TEST_CASE("an address only, for those who boot nothing from us") {
  Lab lab;
  SECTION("busybox udhcpc of our initramfs, on a board whose firmware is a Pi's") {
    const auto question = capture("udhcpc-discover");
    const auto offer = lab.hears(question);
    CHECK(offer.board.dialect == Dialect::plain);
    check_answer(question, offer, smallest_frame);
    CHECK_FALSE(offer.warns);
    CHECK(options_of(*offer.reply) == address_and(MessageType::offer, {{61, "01 dc a6 32 0a 1b 2c"}}, false));
    check_care(offer, false);
  }
  SECTION("a firmware nobody made a loader for: one warning for its whole attempt") {
    const auto question = capture("unknown-discover");
    const auto offer = lab.hears(question);
    CHECK(offer.board.dialect == Dialect::unknown);
    check_answer(question, offer, smallest_frame);
    CHECK(options_of(*offer.reply) == address_and(MessageType::offer, {}, false));
    CHECK(offer.warns);
    CHECK(offer.why == "no boot file for firmware 'U-Boot.armv7' (architecture 21): an address only");
    CHECK_FALSE(lab.hears(question).warns);
    auto request = question;
    request.options.set_u8(Code::message_type, 3);
    request.options.set(Code::server_id, Lab::head);
    request.options.set(Code::requested_ip, offer.address);
    const auto ack = lab.hears(request);
    CHECK(ack.answered == "ACK");
    CHECK_FALSE(ack.warns);
    CHECK(ack.why == offer.why);
  }
}
