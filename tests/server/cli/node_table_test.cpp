#include "server/cli/node_table.hpp"

#include "server/cli/print.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock::server;
using boost::json::array;
using boost::json::object;

namespace {

object node(const std::string& name, const std::string& stage, const std::string& detail = {}) {
  return {{"name", name},
          {"address", "10.77.0.2"},
          {"stage", stage},
          {"detail", detail},
          {"boot_started", 1},
          {"seconds", 5.4},
          {"bytes", 9'300'000},
          {"generation", "compute/2"},
          {"boots", "compute/2"},
          {"dialect", "Raspberry Pi 4"},
          {"architecture", "arm64"},
          {"serial", "fe200001"},
          {"mac", "dc:a6:32:fe:00:01"}};
}

std::size_t widest(const std::string& table) {
  std::size_t widest = 0, begin = 0;
  for (std::size_t end = 0; (end = table.find('\n', begin)) != table.npos; begin = end + 1)
    widest = std::max(widest, end - begin);
  return widest;
}

array shelf(int up) {
  array nodes;
  for (int i = 1; i <= up; ++i) nodes.push_back(node("node" + std::to_string(i), "up"));
  nodes.push_back(node("bad1", "lost", "no heartbeat for 63 s"));
  return nodes;
}

}  // namespace

TEST_CASE("a table is as narrow as the terminal, and keeps name, address, stage and MAC longest") {
  const array nodes{node("node01", "up"), node("node02", "waiting")};
  CHECK(node_rows(nodes).front() == std::vector<std::string>{"NODE", "ADDRESS", "STAGE", "BOOT", "SENT",
                                                             "GENERATION", "BOARD", "SERIAL", "MAC"});
  const auto usual = aligned(node_rows(nodes, 80));
  CHECK(widest(usual) <= 80);
  CHECK(usual.find("Raspberry Pi 4") != usual.npos);
  CHECK(usual.find("dc:a6:32:fe:00:01") != usual.npos);
  CHECK(usual.find("SERIAL") == usual.npos);
  const array longer{node("a-long-name", "up")};
  CHECK(widest(aligned(node_rows(longer, 80))) <= 80);
  CHECK(aligned(node_rows(longer, 80)).find("dc:a6:32:fe:00:01") != usual.npos);
  CHECK(node_rows(nodes, 10).front() == std::vector<std::string>{"NODE", "ADDRESS", "STAGE", "MAC"});
}

TEST_CASE("a board is named once, and what was never seen boots nobody knows what") {
  auto pc = node("pc1", "up"), declared = node("red", "new");
  pc["dialect"] = "iPXE";
  pc["architecture"] = "amd64";
  declared["dialect"] = declared["architecture"] = declared["generation"] = "";
  const auto rows = node_rows({node("node01", "up"), pc, declared});
  CHECK(rows[1][6] == "Raspberry Pi 4");
  CHECK(rows[2][6] == "amd64 iPXE");
  CHECK(rows[3][5] == "-");
}

TEST_CASE("the summary counts who is not up, and says what to type") {
  const array nodes{node("n1", "up"),   node("n2", "lost"),    node("n3", "waiting"), node("n4", "kernel"),
                    node("n5", "dhcp"), node("n6", "waiting"), node("n7", "vacant")};
  CHECK(node_summary(nodes) == "1 of 7 up, 1 lost, 2 waiting, 2 booting, 1 vacant");
  CHECK(node_remarks(nodes) ==
        std::vector<std::string>{"to let in who waits: rootstock nodes approve 'n[3,6]'",
                                 "what is wrong, and what to do: rootstock story n2"});
  CHECK(node_remarks({node("n1", "queued", "place 1"), node("n2", "queued", "place 2")}) ==
        std::vector<std::string>{"who waits for the wire, and for how long: rootstock queue"});
  auto clone = node("n2", "waiting", "its serial is that of n1");
  clone["doubt"] = "its serial is that of n1";
  CHECK(node_remarks({node("n1", "waiting"), clone}) ==
        std::vector<std::string>{"n2: its serial is that of n1",
                                 "to let in who waits: rootstock nodes approve n1"});
  CHECK(node_summary({}) == "0 of 0 up");
  CHECK(node_remarks({node("n1", "up")}).empty());
}

TEST_CASE("in a window that is too low those that are not up are seen first, and why") {
  const auto nodes = shelf(40);
  const auto lines = node_picture(nodes, {80, 12}, "12:00:00");
  REQUIRE(lines.size() == 12);
  CHECK(lines[1].starts_with("bad1"));
  CHECK(lines[8] == "... 34 more nodes: a taller window shows them");
  CHECK(lines[9] == "bad1: no heartbeat for 63 s");
  CHECK(lines[10] == "what is wrong, and what to do: rootstock story bad1");
  CHECK(lines[11] == "40 of 41 up, 1 lost   12:00:00");
  CHECK(node_picture(nodes, {80, 60}, "").size() == 45);  // in the order of their seats
  CHECK(node_picture(nodes, {80, 60}, "")[1].starts_with("node1 "));
}

TEST_CASE("what is said of a node is folded, not cut") {
  auto nodes = shelf(0);
  nodes[0].as_object()["detail"] = "its root does not answer: is NFS-Ganesha up, the cable good?";
  const auto lines = node_picture(nodes, {40, 24}, "");
  CHECK(lines[2] == "bad1: its root does not answer: is");
  CHECK(lines[3] == "NFS-Ganesha up, the cable good?");
  CHECK(folded("a longer word", 3) == std::vector<std::string>{"a", "longer", "word"});
  CHECK(folded("to be", 80, "  ") == std::vector<std::string>{"  to be"});
}
