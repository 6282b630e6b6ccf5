// What a head that starts again makes of the boots that it finds on the disk.
#include "server/story/chronicle.hpp"

#include "server/story/kept_boot.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;

namespace {

const Clocks noon{Time{1000h}, Moment{5h}};

NodeRecord node07() {
  NodeRecord record;
  record.name = "node07";
  record.number = 7;
  record.mac = *Mac::parse("52:54:00:00:00:07");
  record.last_up = noon.wall - 48h;
  return record;
}

dhcp::Board board_of(const Mac& mac) {
  dhcp::Board board;
  board.mac = mac;
  board.dialect = dhcp::Dialect::ipxe;
  return board;
}

/// As the head before wrote it: the board asked a minute ago.
BootRow boot_of_a_minute_ago(const NodeRecord& record) {
  BootRecord boot;
  const auto board = board_of(record.mac);
  boot.on_dhcp({board, "DISCOVER", "OFFER", {}, "boot.ipxe", ""}, noon.moment - 60s);
  REQUIRE(boot.watched());
  BootRow row;
  row.number = record.number;
  row.mac = record.mac;
  row.started = noon.wall - 60s;
  row.stage = name_of(boot.stage());
  row.story = to_text(boot.data(), {}, noon);
  return row;
}

bool goes_on(const NodeRecord& record) {
  Registry registry({}, 10, {record});
  Chronicle chronicle(
      registry, [](const Node&, const BootRecord&, bool) { return Conclusion{}; }, [](const BootRow&) {});
  chronicle.restore({boot_of_a_minute_ago(record)}, noon);
  return registry.nodes().at(7).boot.watched();
}

}  // namespace

TEST_CASE("a boot under way goes on over a restart of the head") {
  auto record = node07();
  record.last_heard = noon.wall - 90s;  // before it was switched off and on
  CHECK(goes_on(record));
}

TEST_CASE("a boot that another board began while the node's system talked on is not restored") {
  auto record = node07();
  record.last_heard = noon.wall - 30s;
  CHECK_FALSE(goes_on(record));
}
