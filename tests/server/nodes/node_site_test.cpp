// What boards and nodes ask over HTTP, answered from a real store on disk; and what becomes of their record.
#include "server/http/node_site.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/server/nodes/open_door.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::server;
using tests::write_file;
namespace asio = boost::asio;

namespace {

constexpr Ipv4 seat{0x0a4d000a};  // 10.77.0.10
constexpr std::uint16_t of_root = 700, of_anybody = 40000;

Settings settings_in(const std::filesystem::path& folder) {
  Settings settings;
  settings.network.address = "10.77.0.1"_ip;
  settings.paths.state = folder;
  return settings;
}

struct House {
  tests::TempFolder folder;
  Settings settings = settings_in(folder.path());
  Registry registry{{}, 9, {}};
  std::vector<NodeRecord> saved;
  OpenDoor door{registry};
  FrontDesk desk{registry, door.reception, [this](const NodeRecord& record) { saved.push_back(record); }};
  dhcp::Board board;

  House() {
    board.mac = "02:00:00:00:00:01"_mac;
    board.dialect = dhcp::Dialect::ipxe;
    const auto made = settings.paths.images() / "compute/1";
    write_file(made / "kernel", "a kernel");
    write_file(made / "initramfs", "an initramfs");
    write_file(made / "manifest.json",
               R"({"image":"compute","number":1,"architecture":"amd64","root":"squashfs","digest":"00",)"
               R"("kernel_version":"6.1.0","origin":"test","bytes":1,"created":"","created_unix":0})");
    write_file(settings.paths.images() / "compute/active", "1");
    desk.welcome(board, true);
    desk.seat(board, seat);
    Node& made_node = node();
    made_node.record.host_secret = "secret";
    made_node.record.host_public = "public";
    made_node.record.token = "abc";
    saved.clear();
  }
  Node& node() { return *registry.by_mac(board.mac); }
  void asks_dhcp() {
    desk.on_exchange({board, "DISCOVER", "OFFER", seat, "boot.ipxe", ""});
    desk.on_exchange({board, "REQUEST", "ACK", seat, "boot.ipxe", ""});
  }

  View view{settings, registry};
  bool disk_writes = true;
  Overlays overlays{settings,
                    {},
                    registry,
                    folder.path(),
                    [](const NodeRecord&) {},
                    [this](const auto& done) { done(disk_writes); }};
  Vigil vigil{registry, desk, [this](const NodeRecord& record) { saved.push_back(record); }};
  Pass pass;  ///< what the doorkeeper says
  NodeSite site{view, registry, desk, overlays, vigil, [this](Node&, Gate) { return pass; }};

  Answer answer_to(Request request) {
    asio::io_context loop;
    Answer answer;
    const auto wait = [&]() -> asio::awaitable<void> { answer = co_await site.answer(std::move(request)); };
    asio::co_spawn(loop, wait, asio::detached);
    loop.run();
    return answer;
  }
  /// The answer, read to its end.
  Answer ask(Method method, const std::string& target, Peer from, std::string body = "") {
    const auto answer = answer_to({from, method, *parse_target(target), "", std::move(body)});
    const auto size = answer.file ? answer.range.span.length : answer.text.size();
    if (method == Method::get && answer.on_sent) answer.on_sent(size);
    if (method == Method::get && answer.on_end) answer.on_end(size, true);
    return answer;
  }
  unsigned get(const std::string& target, std::uint16_t port = of_anybody, Ipv4 address = seat) {
    return ask(Method::get, target, {address, port}).status;
  }
  void boots_up_to_initramfs() {
    asks_dhcp();
    get("/boot.ipxe");
    get("/compute/1/kernel");
    get("/compute/1/initramfs");
  }
};

}  // namespace

TEST_CASE("a boot over HTTP: files, overlay, up") {
  House house;
  house.asks_dhcp();
  CHECK(house.get("/boot.ipxe") == 200);
  CHECK(house.node().boot.stage() == Stage::loader);
  CHECK(house.get("/compute/1/kernel") == 200);
  CHECK(house.get("/compute/1/initramfs") == 200);
  CHECK(house.node().boot.stage() == Stage::initramfs);
  CHECK(house.get("/node/overlay", of_root) == 200);
  CHECK(house.node().boot.stage() == Stage::overlay);
  CHECK(house.node().boot.bytes() > std::string("a kernelan initramfs").size());
  house.ask(Method::post, "/node/up", {seat, of_anybody},
            "token=abc&generation=compute%2F1&kernel=6.1.0&seconds=12.5");
  CHECK(house.node().boot.stage() == Stage::up);
  REQUIRE(house.saved.size() == 1);
  CHECK(house.saved[0].generation == "compute/1");
  CHECK(house.saved[0].last_up != Time{});
}

TEST_CASE("the overlay goes to nobody else") {
  House house;
  SECTION("before the head has watched a boot") { CHECK(house.get("/node/overlay", of_root) == 403); }
  SECTION("after DHCP alone") {
    house.asks_dhcp();
    CHECK(house.get("/node/overlay", of_root) == 403);
  }
  SECTION("to a port that every user of the node may have") {
    house.boots_up_to_initramfs();
    CHECK(house.get("/node/overlay", 1024) == 403);
    CHECK(house.get("/node/overlay", 1023) == 200);
  }
  SECTION("to an address of no node, or of another one") {
    house.boots_up_to_initramfs();
    CHECK(house.get("/node/overlay", of_root, "10.77.0.11"_ip) == 403);
    dhcp::Board other = house.board;
    other.mac = "02:00:00:00:00:02"_mac;
    house.desk.welcome(other, true);
    house.desk.seat(other, "10.77.0.11"_ip);
    CHECK(house.get("/node/overlay", of_root, "10.77.0.11"_ip) == 403);
  }
  SECTION("after the node is up") {
    house.boots_up_to_initramfs();
    CHECK(house.get("/node/overlay", of_root) == 200);
    CHECK(house.get("/node/overlay", of_root) == 200);  // the first may have broken off on its way
    house.ask(Method::post, "/node/up", {seat, of_anybody}, "token=abc&generation=compute%2F1");
    CHECK(house.get("/node/overlay", of_root) == 403);
  }
  SECTION("to a worker that was restarted within the boot: it has watched none") {
    Registry restarted{{}, 9, {house.node().record}};
    OpenDoor door{restarted};
    FrontDesk desk{restarted, door.reception, [](const NodeRecord&) {}};
    CHECK(restarted.by_address(seat)->boot.overlay_refusal(Moment::clock::now()));
  }
}

TEST_CASE("a connection that a reset board left behind says nothing of its next boot") {
  House house;
  house.asks_dhcp();
  const auto left_behind =
      house.answer_to({{seat, of_anybody}, Method::get, *parse_target("/compute/1/initramfs"), "", ""});
  house.asks_dhcp();
  const auto events = house.node().boot.events().size();
  left_behind.on_sent(5);
  left_behind.on_end(12, true);
  CHECK(house.node().boot.events().size() == events);
  CHECK(house.node().boot.bytes() == 0);
  CHECK(house.get("/node/overlay", of_root) == 403);
}

TEST_CASE("no overlay leaves before its keys are on the disk") {
  House house;
  house.boots_up_to_initramfs();
  house.disk_writes = false;
  CHECK(house.get("/node/overlay", of_root) == 500);
  house.disk_writes = true;
  CHECK(house.get("/node/overlay", of_root) == 200);
}

TEST_CASE("what a node reports is cut to size before it is kept or logged") {
  House house;
  house.boots_up_to_initramfs();
  house.ask(Method::post, "/node/trouble", {seat, of_anybody}, "text=first%0Amount%1b[31m failed%0a");
  CHECK(house.node().boot.trouble() == "mount [31m failed");
  const std::string endless(5000, 'x');
  house.ask(Method::post, "/node/up", {seat, of_anybody},
            "token=abc&generation=" + endless + "%0a&kernel=&seconds=-1e999");
  CHECK(house.saved.back().generation.size() == 100);
  CHECK(house.ask(Method::post, "/node/up", {"10.77.0.99"_ip, of_anybody}, "").status == 403);
}

TEST_CASE("a user of a node that is up cannot make it look as if it were not") {
  House house;
  house.boots_up_to_initramfs();
  const auto says = [&](const std::string& target, const std::string& form) {
    return house.ask(Method::post, target, {seat, of_anybody}, form).status;
  };
  REQUIRE(says("/node/up", "token=abc&boot=b1&generation=compute%2F1") == 200);
  REQUIRE(says("/node/beat", "token=abc&boot=b1&uptime=9") == 200);
  CHECK(says("/node/trouble", "text=on%20fire") == 403);
  CHECK(says("/node/step", "step=root&seconds=1") == 403);
  CHECK(house.node().boot.stage() == Stage::up);
  CHECK(says("/node/trouble", "token=abc&text=no%20answer%20from%20the%20root") == 200);
  CHECK(house.node().boot.stage() == Stage::trouble);
}

TEST_CASE("nor in the moment after the head was restarted") {
  House house;
  auto& node = house.node();
  node.boot = BootRecord::known(true);
  const auto says = [&](const std::string& target, const std::string& form) {
    return house.ask(Method::post, target, {seat, of_anybody}, form).status;
  };
  SECTION("it was heard a moment ago") {
    node.record.last_heard = Time::clock::now() - std::chrono::seconds{50};
    CHECK(says("/node/trouble", "text=on%20fire") == 403);
    CHECK(says("/node/step", "step=root&seconds=1") == 403);
    CHECK(node.boot.stage() == Stage::up);
    CHECK(says("/node/beat", "token=abc&boot=b1&uptime=9") == 200);
  }
  SECTION("an initramfs that was started while the head was away has no token to show") {
    node.record.last_heard = Time::clock::now() - std::chrono::minutes{4};
    CHECK(says("/node/trouble", "text=no%20card") == 200);
    CHECK(node.boot.stage() == Stage::trouble);
  }
  SECTION("nor has one whose system said that it goes down") {
    node.record.last_heard = {};
    CHECK(says("/node/trouble", "text=no%20card") == 200);
  }
}

TEST_CASE("at the gate a user of a node that is up changes nothing, and writes nothing to the disk") {
  House house;
  house.boots_up_to_initramfs();
  const auto gate = [&](const std::string& query) {
    return house.ask(Method::get, "/node/gate?" + query, {seat, of_anybody}).text;
  };
  gate("boot=b1&model=Raspberry%20Pi%204");
  house.ask(Method::post, "/node/up", {seat, of_anybody}, "token=abc&boot=b1&generation=compute%2F1");
  house.ask(Method::post, "/node/beat", {seat, of_anybody}, "token=abc&boot=b1&uptime=9");
  house.saved.clear();
  CHECK(gate("boot=b2&model=Toaster") == "go\n");
  CHECK(house.node().record.model == "Raspberry Pi 4");
  CHECK(house.node().pulse.next.empty());
  CHECK(house.saved.empty());
}

TEST_CASE("the gate says go, wait with words for a console, or start over") {
  House house;
  house.boots_up_to_initramfs();
  const auto gate = [&] {
    return house.ask(Method::get, "/node/gate?boot=b1&model=Raspberry%20Pi%204%0a", {seat, of_anybody}).text;
  };
  house.pass = {false, std::chrono::seconds{7}, "place 3"};
  gate();
  CHECK(house.node().boot.data().let_in == Moment{});
  house.pass = {};
  CHECK(gate() == "go\n");
  CHECK(house.node().boot.data().let_in != Moment{});  // its overlay may be had from now on
  CHECK(house.node().pulse.next == "b1");
  CHECK(house.node().record.model == "Raspberry Pi 4");
  house.pass = {false, std::chrono::seconds{7}, "place 3\nof 9"};
  CHECK(gate() == "wait 7\nplace 3 of 9\n");
  CHECK(house.ask(Method::get, "/node/overlay", {seat, of_root}).status == 503);  // of an older initramfs
  house.pass = {};
  const auto other = house.settings.paths.images() / "other/4";
  write_file(other / "manifest.json",
             R"({"image":"other","number":4,"architecture":"amd64","root":"squashfs","digest":"00",)"
             R"("kernel_version":"6.1.0","origin":"test","bytes":1,"created":"","created_unix":0})");
  write_file(house.settings.paths.images() / "other/active", "4");
  house.node().record.image = "other";
  CHECK(gate() == "again-from-start\nnode01 has loaded compute/1 and is to boot other/4 now\n");
  CHECK(house.ask(Method::get, "/node/gate?boot=b1", {"10.77.0.99"_ip, of_anybody}).status == 403);
}

TEST_CASE("no overlay for a board that is not let in, whoever is asked") {
  House house;
  house.boots_up_to_initramfs();
  house.node().record.standing = GENERATE(Standing::waiting, Standing::denied);
  CHECK(house.get("/node/overlay", of_root) == 403);
  house.node().record.standing = Standing::member;
  house.node().record.doubt = "two boards have its MAC";
  CHECK(house.get("/node/overlay", of_root) == 403);
  house.node().record.doubt.clear();
  CHECK(house.get("/node/overlay", of_root) == 200);
}

TEST_CASE(
    "the first heartbeat after a restart of the head tells that a node is up, if its \"up\" was lost with "
    "the old one") {
  House house;
  house.boots_up_to_initramfs();
  auto& node = house.node();
  const auto beats = [&](const std::string& boot) {
    const auto body = "token=abc&generation=compute%2F1&uptime=61.5&slurmd=active&boot=" + boot;
    CHECK(house.ask(Method::post, "/node/beat", {seat, of_anybody}, body).status == 200);
  };
  SECTION("it had its overlay") {
    REQUIRE(house.get("/node/overlay", of_root) == 200);
    REQUIRE(node.boot.stage() == Stage::overlay);
    node.boot = BootRecord::restored(node.boot.data());
    beats("b1");
    CHECK(node.boot.stage() == Stage::up);
    CHECK(node.record.generation == "compute/1");
  }
  SECTION("it has not, so this is the system before, or another board's") {
    node.boot = BootRecord::restored(node.boot.data());
    beats("b0");
    CHECK(node.boot.stage() == Stage::initramfs);
  }
  SECTION("a board that boots again while the system before is still heard") {
    node.pulse.on_up("b0", Moment::clock::now());
    REQUIRE(house.get("/node/overlay", of_root) == 200);
    beats("b0");
    CHECK(node.boot.stage() == Stage::overlay);
  }
}

TEST_CASE("a node's heartbeats, and its last words") {
  House house;
  house.boots_up_to_initramfs();
  const auto post = [&](const std::string& what, const std::string& body) {
    return house.ask(Method::post, "/node/" + what, {seat, of_anybody}, body);
  };
  post("up", "token=abc&boot=b1&generation=compute%2F1");
  house.saved.clear();
  const auto clock = std::to_string(std::chrono::system_clock::to_time_t(Time::clock::now()) + 100);
  const auto body =
      "boot=b1&generation=compute%2F1&uptime=61.5&memory=812&total=960&temperature=48.3&throttled=0x50005&"
      "root=4&slurmd=active&oom=1&clock=" +
      clock;
  SECTION("what it says is taken, and not written to disk each time") {
    CHECK(post("beat", "token=abc&" + body).text == "again 15\n");
    const auto& beat = house.node().pulse.beat;
    CHECK(beat.uptime == 61.5);
    CHECK(beat.memory == 812);
    CHECK(beat.temperature == 48.3);
    CHECK(beat.throttled == 0x50005);
    CHECK(beat.root_ms == 4);
    CHECK((beat.clock_ahead > 95 && beat.clock_ahead < 105));
    CHECK(house.saved.empty());
    house.node().record.last_heard -= std::chrono::minutes{2};
    post("beat", "token=abc&" + body);
    CHECK(house.saved.size() == 1);
  }
  SECTION("an order goes out with the answer, as long as it holds") {
    house.node().pulse.order = "reboot";
    CHECK(post("beat", "token=abc&" + body).text == "again 15\nreboot\n");
    CHECK(house.node().pulse.order_told);
  }
  SECTION("nobody speaks for it without its token") {
    for (const auto* what : {"up", "beat", "down"}) CHECK(post(what, "token=abd&" + body).status == 403);
    house.node().record.token.clear();
    CHECK(post("beat", "token=&" + body).status == 403);
    CHECK_FALSE(house.node().pulse.beat_at);
  }
  SECTION("down is the end, unless an older system says it") {
    post("down", "token=abc&boot=b0&how=poweroff");
    CHECK_FALSE(house.node().pulse.down_at);
    post("down", "token=abc&boot=b1&how=poweroff");
    CHECK(house.node().pulse.down_how == "poweroff");
    CHECK(house.saved.back().last_heard == Time{});
  }
}

TEST_CASE("a lost node is told of once, and so is its return") {
  House house;
  house.boots_up_to_initramfs();
  house.ask(Method::post, "/node/up", {seat, of_anybody}, "token=abc&boot=b1&generation=compute%2F1");
  const auto events = [&] { return house.node().boot.events().size(); };
  const auto before = events();
  const auto now = Moment::clock::now();
  house.vigil.sweep(now + std::chrono::seconds{40});
  CHECK(events() == before);
  house.vigil.sweep(now + std::chrono::seconds{47});
  house.vigil.sweep(now + std::chrono::seconds{52});
  CHECK(events() == before + 1);
  CHECK(house.node().boot.events().back().text.starts_with("lost: no heartbeat for 4"));
  house.ask(Method::post, "/node/beat", {seat, of_anybody}, "token=abc&boot=b1&root=3");
  CHECK(house.node().boot.events().back().text.starts_with("is back"));
  CHECK_FALSE(house.node().pulse.lost_at);
}

TEST_CASE("each path takes its methods") {
  House house;
  const auto [method, target, status] = GENERATE(table<Method, std::string, unsigned>({
      {Method::get, "/node/time", 200},
      {Method::head, "/node/time", 200},
      {Method::post, "/node/time", 405},
      {Method::get, "/node/up", 405},
      {Method::get, "/node/beat", 405},
      {Method::post, "/node/gate", 405},
      {Method::other, "/compute/1/kernel", 405},
      {Method::post, "/node/overlay", 405},
      {Method::get, "/compute/2/kernel", 404},
      {Method::get, "/compute/1/manifest.json", 404},
      {Method::get, "/", 404},
  }));
  CAPTURE(target);
  CHECK(house.ask(method, target, {seat, of_anybody}).status == status);
}
