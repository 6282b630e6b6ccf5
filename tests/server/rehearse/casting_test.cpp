#include "server/rehearse/casting.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

rootfs::Generation generation(int number, const std::string& architecture, std::vector<std::string> boards) {
  rootfs::Generation made;
  made.image = "compute";
  made.number = number;
  made.architecture = architecture;
  made.boards = std::move(boards);
  return made;
}

const auto pc = generation(3, "amd64", {"bios", "uefi"});
const auto pis = generation(4, "arm64", {"pi3", "pi4"});
const auto generic = generation(5, "arm64", {"u-boot", "uefi"});

Settings settings() {
  Settings made;
  made.network.pool = {*Ipv4::parse("10.77.0.10"), *Ipv4::parse("10.77.0.59")};
  made.nodes.image = "compute";
  return made;
}

}  // namespace

TEST_CASE("forty of what the image boots, Pi 4s first", "[rehearse]") {
  CHECK(usual_boards({pc, pis}, "compute") == "pi4:40");
  CHECK(usual_boards({pc, generic}, "compute") == "pxe:40");
  CHECK(usual_boards({generic}, "compute") == "uefi:40");
  CHECK(usual_boards({generation(6, "arm64", {"pi5"})}, "compute") == "pi5:40");
  const auto none = usual_boards({}, "compute");
  REQUIRE_FALSE(none);
  CHECK(none.error().what == "there is no image `compute` for boards to boot");
  CHECK(none.error().hint.find("rootstock image build compute") != std::string::npos);
}

TEST_CASE("boards are counted as the fleet reads them", "[rehearse]") {
  CHECK(number_of("") == 0);
  CHECK(number_of("pi4") == 1);
  CHECK(number_of("pi3:8,pi5,uboot:4") == 13);
}

TEST_CASE("who cannot boot the image is told before the play, with what it boots instead", "[rehearse]") {
  struct Row {
    std::string boards;
    Stock stock;
    std::string why;
  };
  const auto row = GENERATE(values<Row>({
      {"pxe:2", {pis}, "cannot boot pxe: it has no generation for amd64"},
      {"uefi", {pc}, "cannot boot uefi: it has no generation for arm64"},
      {"pi4:2,pi5", {pc, pis}, "cannot boot pi5: compute/4 boots pi3, pi4"},
      {"pi3plus", {generic}, "cannot boot pi3plus: compute/5 boots u-boot, uefi"},
      {"http_arm64", {generic}, "cannot boot http_arm64: compute/5 boots u-boot, uefi"},
      {"pi4:51", {pis}, "51 boards do not fit"},
  }));
  CAPTURE(row.boards);
  const auto may = may_play(row.boards, row.stock, settings());
  REQUIRE_FALSE(may);
  CHECK(may.error().what.find(row.why) != std::string::npos);
  CHECK_FALSE(may.error().hint.empty());
}

TEST_CASE("boards that the image boots may play, and kinds that only the fleet knows", "[rehearse]") {
  CHECK(may_play("pi3:10,pi4:40", {pc, pis}, settings()));
  CHECK(may_play("uboot,uefi,pxe,uefi_x64", {pc, generic}, settings()));
  CHECK(may_play("unknown:2", {pc}, settings()));
  // A generation of before boards were written down: the head lets it boot, so may the rehearsal.
  CHECK(may_play("pi5", {generation(1, "arm64", {})}, settings()));
}

TEST_CASE("beside another DHCP server there is no rehearsal at home", "[rehearse]") {
  auto proxy = settings();
  proxy.dhcp.mode = DhcpMode::proxy;
  const auto may = may_play("pi4", {pis}, proxy);
  REQUIRE_FALSE(may);
  CHECK(may.error().what.find("dhcp.mode = \"proxy\"") != std::string::npos);
  CHECK(may.error().hint.find("--interface") != std::string::npos);
}
