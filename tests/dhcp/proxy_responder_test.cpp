#include "dhcp/proxy_responder.hpp"

#include <vector>

#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

constexpr auto pi4 = "dc:a6:32:00:00:04", pi3 = "b8:27:eb:00:00:03", pc = "52:54:00:00:00:01";
constexpr Ipv4 other{0x0a0000fe};  // 10.0.0.254: the DHCP server that gives the addresses

/// A seating that notes who was said to be where.
struct Seats : SeatingTable {
  std::vector<std::pair<Mac, Ipv4>> told;
  void seat(const Board& board, Ipv4 address) override { told.emplace_back(board.mac, address); }
};

struct Beside {
  Seats seats;
  ProxyResponder responder{{{Lab::head, 80}, Subnet::of(Lab::head, 24)}, seats};

  Outcome discovers(std::string_view vendor_class, std::uint8_t arch, const char* mac = pc) {
    return responder.on_dhcp(Lab::as(vendor_class, arch, Lab::discover(*Mac::parse(mac))));
  }
};

/// NETBOOT-FACTS 1.1: 93, 94, 97 = "RPi4", and no more that tells it from an x86 ROM.
Message pi(const char* mac, MessageType type, std::string_view fourcc = "RPi4") {
  auto message = Lab::as("PXEClient:Arch:00000:UNDI:002001", 0, Lab::from(*Mac::parse(mac), type));
  std::vector<std::uint8_t> uuid(17, 0x44);
  uuid[0] = 0;
  if (!fourcc.empty()) std::ranges::copy(fourcc, uuid.begin() + 1);
  message.options.set(Code::client_uuid, Bytes{uuid});
  return message;
}

Message binl(std::string_view vendor_class, std::uint8_t arch, Ipv4 address) {
  auto message = Lab::as(vendor_class, arch, Lab::from(*Mac::parse(pc), MessageType::request));
  message.client_ip = address;
  return message;
}

bool gives_no_address(const Message& reply) {
  for (const auto code : {Code::subnet_mask, Code::router, Code::dns, Code::lease_time, Code::renewal_time})
    if (reply.options.has(code)) return false;
  return reply.your_ip.unset();
}

bool says_load_at_once(const Message& reply) {
  const auto value = reply.options.find(Code::vendor_options);
  return value && value->size() >= 3 && (*value)[0] == 6 && (*value)[1] == 1 && (*value)[2] == 8;
}

}  // namespace

TEST_CASE("each dialect hears beside another server what it needs", "[proxy]") {
  struct Row {
    std::string_view vendor_class;
    std::uint8_t arch;
    std::string_view answer_class, file;
    bool at_once;
  };
  const std::vector<Row> rows{
      {"PXEClient:Arch:00000:UNDI:002001", 0, "PXEClient", "undionly.kpxe", true},
      {"PXEClient:Arch:00007:UNDI:003000", 7, "PXEClient", "", false},  // on 4011
      {"PXEClient:Arch:00011:UNDI:003000", 11, "PXEClient", "", false},
      {"HTTPClient:Arch:00016:UNDI:003000", 16, "HTTPClient", "http://10.0.0.1/snponly.efi", false},
      {"HTTPClient:Arch:00019:UNDI:003000", 19, "HTTPClient", "http://10.0.0.1/grubaa64-http.efi", false},
  };
  for (const auto& row : rows) {
    INFO(row.vendor_class);
    Beside beside;
    const auto outcome = beside.discovers(row.vendor_class, row.arch);
    REQUIRE(outcome.reply);
    CHECK(outcome.answered == "proxy OFFER");
    CHECK(outcome.reply->type() == MessageType::offer);
    CHECK(gives_no_address(*outcome.reply));
    CHECK(outcome.reply->options.address(Code::server_id) == Lab::head);
    CHECK(outcome.reply->next_server == Lab::head);
    CHECK(outcome.reply->options.text(Code::vendor_class) == row.answer_class);
    CHECK(outcome.reply->options.text(Code::boot_file) == row.file);
    CHECK(outcome.reply->file == row.file);
    CHECK(says_load_at_once(*outcome.reply) == row.at_once);
    CHECK(outcome.to.route == Route::broadcast);
    REQUIRE(beside.seats.told.size() == 1);
    CHECK(beside.seats.told[0].second.unset());  // a seat, and no address yet
  }
}

TEST_CASE("iPXE gets its script in the OFFER, and no menu", "[proxy]") {
  Beside beside;
  auto question = Lab::as("PXEClient:Arch:00000:UNDI:002001", 0, Lab::discover(*Mac::parse(pc)));
  question.options.set(Code::user_class, std::string_view{"iPXE"});
  const auto outcome = beside.responder.on_dhcp(question);
  REQUIRE(outcome.reply);
  CHECK(outcome.reply->file == "http://10.0.0.1/boot.ipxe");
  CHECK(says_load_at_once(*outcome.reply));
}

TEST_CASE("a Raspberry Pi gets the menu and the TFTP server, a Pi 3 a second later", "[proxy]") {
  Beside beside;
  const auto fourth = beside.responder.on_dhcp(pi(pi4, MessageType::discover));
  REQUIRE(fourth.reply);
  CHECK(fourth.board.dialect == Dialect::pi4);
  CHECK(gives_no_address(*fourth.reply));
  CHECK(fourth.reply->options.text(Code::vendor_options).find("Raspberry Pi Boot   ") != std::string::npos);
  CHECK(fourth.reply->options.text(Code::tftp_server) == "10.0.0.1");
  CHECK(fourth.reply->file.empty());
  CHECK(fourth.delay == 0ms);

  const auto third = beside.responder.on_dhcp(pi(pi3, MessageType::discover, ""));
  REQUIRE(third.reply);
  CHECK(third.board.dialect == Dialect::pi3);
  CHECK(third.delay == 1s);
}

TEST_CASE("who DISCOVERs has no address to send to, whatever it says", "[proxy]") {
  Beside beside;
  auto question = pi(pi4, MessageType::discover);
  question.client_ip = "8.8.8.8"_ip;
  CHECK(beside.responder.on_dhcp(question).to.route == Route::broadcast);
}

TEST_CASE("those who would not listen get no answer, and the log hears why once", "[proxy]") {
  Beside beside;
  CHECK_FALSE(beside.responder.on_dhcp(Lab::discover(*Mac::parse(pc))).reply);
  CHECK_FALSE(beside.responder.on_dhcp(Lab::discover(*Mac::parse(pc))).warns);
  const auto uboot = beside.discovers("U-Boot.armv8", 22);
  CHECK_FALSE(uboot.reply);
  CHECK(uboot.warns);
  CHECK(uboot.why.find("next server") != std::string::npos);
  CHECK_FALSE(beside.discovers("U-Boot.armv8", 22).warns);  // the same DISCOVER again
  CHECK(beside.discovers("PXEClient:Arch:00006:UNDI:003000", 6, pi4).warns);
}

TEST_CASE("a REQUEST to the other server tells who will be where", "[proxy]") {
  Beside beside;
  beside.responder.on_dhcp(pi(pi4, MessageType::discover));
  auto request = Lab::selects(*Mac::parse(pi4), "10.0.0.77"_ip, other);  // without 60: firmware of 2020-01
  const auto outcome = beside.responder.on_dhcp(request);
  CHECK_FALSE(outcome.reply);
  CHECK(outcome.board.dialect == Dialect::pi4);
  CHECK(outcome.address == "10.0.0.77"_ip);
  REQUIRE(beside.seats.told.size() == 2);
  CHECK(beside.seats.told[1] == std::pair{*Mac::parse(pi4), "10.0.0.77"_ip});

  beside.responder.on_dhcp(Lab::renews(*Mac::parse(pi4), "10.0.0.78"_ip));
  CHECK(beside.seats.told.back().second == "10.0.0.78"_ip);
}

TEST_CASE("a Pi's REQUEST that only says x86 BIOS is a Pi's beside another server, too", "[proxy]") {
  Beside beside;
  constexpr auto of_next_year = "02:00:5e:00:00:07";            // no vendor's block that we know
  auto discover = pi(of_next_year, MessageType::discover, "");  // the EEPROM's DHCP_OPTION97 = 0
  const std::vector<std::uint8_t> list{1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134, 135};
  std::vector<std::uint8_t> uuid{0};
  for (int times = 0; times < 4; ++times) uuid.insert(uuid.end(), {0x4d, 0x7e, 0x2f, 0x8b});
  discover.options.set(Code::parameter_list, Bytes{list});
  discover.options.set(Code::client_uuid, Bytes{uuid});
  CHECK(beside.responder.on_dhcp(discover).board.dialect == Dialect::pi);
  auto request = Lab::as("PXEClient:Arch:00000:UNDI:002001", 0,
                         Lab::selects(*Mac::parse(of_next_year), "10.0.0.77"_ip, other));
  request.options.set(Code::client_uuid, Bytes{uuid});
  request.xid = discover.xid;
  const auto overheard = beside.responder.on_dhcp(request).board;
  CHECK(overheard.dialect == Dialect::pi);
  CHECK(overheard.serial == 0x8b2f7e4d);
}

TEST_CASE("a REQUEST for an address that is no board's seats nobody", "[proxy]") {
  Beside beside;
  for (const auto* address : {"192.168.1.9", "10.0.0.1", "10.0.0.255", "0.0.0.0"}) {
    INFO(address);
    beside.responder.on_dhcp(pi(pi4, MessageType::discover));
    CHECK_FALSE(beside.responder.on_dhcp(Lab::selects(*Mac::parse(pi4), *Ipv4::parse(address), other)).reply);
  }
  beside.responder.on_dhcp(Lab::selects(*Mac::parse(pi4), "10.0.0.9"_ip, Lab::head));
  for (const auto& [mac, address] : beside.seats.told) CHECK(address.unset());
  beside.responder.on_dhcp(pi(pi4, MessageType::discover));
  CHECK(beside.responder.on_dhcp(Lab::selects(*Mac::parse(pi4), "192.168.1.9"_ip, other)).warns);
}

TEST_CASE("on 4011 UEFI gets its boot file where it asked from", "[proxy]") {
  for (const auto& [arch, file] : {std::pair{7, "snponly.efi"}, {11, "grubaa64.efi"}}) {
    Beside beside;
    const auto question =
        binl("PXEClient:Arch:00007:UNDI:003000", static_cast<std::uint8_t>(arch), "10.0.0.5"_ip);
    const auto outcome = beside.responder.on_binl(question, "10.0.0.5"_ip, 68);
    REQUIRE(outcome.reply);
    CHECK(outcome.answered == "proxy ACK");
    CHECK(outcome.reply->type() == MessageType::ack);
    CHECK(outcome.reply->file == file);
    CHECK(outcome.reply->options.text(Code::boot_file) == file);
    CHECK(outcome.reply->next_server == Lab::head);
    CHECK(outcome.reply->client_ip == "10.0.0.5"_ip);
    CHECK_FALSE(outcome.reply->options.has(Code::vendor_options));
    CHECK(gives_no_address(*outcome.reply));
    CHECK(outcome.to.route == Route::client);
    CHECK(outcome.to.address == "10.0.0.5"_ip);
    CHECK(outcome.to.port == 68);
    REQUIRE(beside.seats.told.size() == 1);
    CHECK(beside.seats.told[0].second == "10.0.0.5"_ip);
  }
}

TEST_CASE("on 4011 an address not filled in is that of the sender, and an INFORM is as good", "[proxy]") {
  Beside beside;
  auto question = binl("PXEClient:Arch:00000:UNDI:002001", 0, {});
  question.options.set_u8(Code::message_type, static_cast<std::uint8_t>(MessageType::inform));
  const auto outcome = beside.responder.on_binl(question, "10.0.0.6"_ip, 4011);
  REQUIRE(outcome.reply);
  CHECK(outcome.reply->file == "undionly.kpxe");
  CHECK(says_load_at_once(*outcome.reply));
  CHECK(outcome.to.address == "10.0.0.6"_ip);
  CHECK(outcome.to.port == 4011);
}

TEST_CASE("on 4011 strangers, others' clients and Raspberry Pis hear nothing", "[proxy]") {
  Beside beside;
  const auto uefi = "PXEClient:Arch:00007:UNDI:003000";
  CHECK_FALSE(beside.responder.on_binl(binl(uefi, 7, "8.8.8.8"_ip), "8.8.8.8"_ip, 68).reply);
  CHECK_FALSE(beside.responder.on_binl(binl(uefi, 7, Lab::head), Lab::head, 68).reply);
  auto elsewhere = binl(uefi, 7, "10.0.0.5"_ip);
  elsewhere.options.set(Code::server_id, other);
  CHECK_FALSE(beside.responder.on_binl(elsewhere, "10.0.0.5"_ip, 68).reply);
  CHECK_FALSE(beside.responder.on_binl(pi(pi4, MessageType::request), "10.0.0.5"_ip, 68).reply);
  CHECK_FALSE(beside.responder.on_binl(Lab::discover(*Mac::parse(pc)), "10.0.0.5"_ip, 68).reply);
  CHECK(beside.seats.told.empty());
}
