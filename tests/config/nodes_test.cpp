// [nodes], [groups.NAME], [[node]] and [admission].
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/config/settings_text.hpp"

using namespace rootstock;
using namespace rootstock::testing;
using namespace std::chrono_literals;

namespace {

/// What is said about a file that is right but for `more`.
std::string said(const std::string& more) { return said_of(least + more); }

const std::string node = "[[node]]\nname = \"a\"\n";

}  // namespace

TEST_CASE("how new boards join") {
  CHECK(loaded(least).nodes.join == JoinMode::open);
  CHECK(loaded(least + "[nodes]\njoin = \"open\"").nodes.join == JoinMode::open);
  CHECK(loaded(least + "[nodes]\njoin = \"window\"").nodes.join == JoinMode::window);
  CHECK(loaded(least + "[nodes]\njoin = \"approve\"").nodes.join == JoinMode::approve);
  CHECK(loaded(least + "[nodes]\njoin = \"closed\"").nodes.join == JoinMode::closed);
  CHECK(said("[nodes]\njoin = \"ask\"") == "\"ask\" is no way to join");
}

TEST_CASE("how long a node bears to be without its root") {
  CHECK(loaded(least).nodes.root_patience == 10min);
  CHECK(loaded(least + "[nodes]\nroot_patience = \"30s\"").nodes.root_patience == 30s);
  CHECK(loaded(least + "[nodes]\nroot_patience = \"never\"").nodes.root_patience == 0s);
  CHECK(said("[nodes]\nroot_patience = \"0s\"") == "nodes would reboot whenever the head is restarted");
  CHECK(said("[nodes]\nroot_patience = \"soon\"") == "`root_patience` is not a length of time");
}

TEST_CASE("what boots may use of the wire") {
  CHECK(loaded(least).admission.enabled);
  CHECK(loaded(least).admission.bandwidth == 0);
  CHECK(loaded(least + "[admission]\nbandwidth = \"auto\"\nenabled = false").admission.bandwidth == 0);
  CHECK(loaded(least + "[admission]\nbandwidth = \"300mbit\"").admission.bandwidth == 300'000'000);
  CHECK(loaded(least + "[admission]\nbandwidth = \"2.5gbit\"").admission.bandwidth == 2'500'000'000);
  for (const auto* rate : {"", "0", "300", "1e9gbit", "999kbit", "401gbit", "-1gbit", "nangbit", "1 gbit"}) {
    INFO(rate);
    CHECK(said("[admission]\nbandwidth = \"" + std::string{rate} + "\"") ==
          "\"" + std::string{rate} + "\" is no bandwidth");
  }
}

TEST_CASE("groups") {
  const auto settings = loaded(least + R"([groups.pi4]
prefix = "pi"
digits = 3
image = "pi-debian"
kernel_options = "cma=64M"
boards = ["pi4", "pi5"]
[groups.spare]
)");
  REQUIRE(settings.groups.size() == 2);
  const auto& group = settings.groups[0];
  CHECK(group.name == "pi4");
  CHECK(group.prefix == "pi");
  CHECK(group.digits == 3);
  CHECK(group.image == "pi-debian");
  CHECK(group.kernel_options == "cma=64M");
  CHECK(group.boards == std::vector<std::string>{"pi4", "pi5"});
  CHECK(settings.groups[1].prefix.empty());
}

TEST_CASE("rules of groups, one row each") {
  const auto [more, says] = GENERATE(table<std::string, std::string>({
      {"[groups.a]\nprefix = \"node\"", "\"node\" is the prefix of [nodes] too"},
      {"[groups.a]\nprefix = \"x\"\n[groups.b]\nprefix = \"x\"", "\"x\" is the prefix of [groups.a] too"},
      {"[groups.a]\nprefix = \"x4\"", "\"x4\" ends in a digit, which would run into the node's number"},
      {"[groups.a]\nprefix = \"\"", "\"\" cannot start the name of a node"},
      {"[groups.a]\nimage = \"../x\"", "\"../x\" cannot be the name of an image"},
      {"[groups.a]\nkernel_options = \"a && b\"", "iPXE would take a part of the kernel options for its own"},
      {"[groups.a]\nboards = [\"pi44\", \"riscv\"]",
       "\"pi44\" is no kind of board; \"riscv\" is no kind of board"},
      {"[groups.a]\nboards = [\"pi4\"]\n[groups.b]\nboards = [\"pi4\"]", "\"pi4\" is in the group a too"},
      {"[groups.\"a b\"]\n", "\"a b\" cannot be the name of a group"},
      {"[groups.a]\ncolour = \"red\"", "unknown key `colour`"},
      {"[groups]\na = 1", "`a` must be a table, not a whole number"},
  }));
  CHECK(said(more) == says);
}

TEST_CASE("nodes are declared by MAC, by serial, or by nothing but their order") {
  const auto settings = loaded(least + R"([groups.pi]
[[node]]
name = "pi01"
mac = "DC-A6-32-01-02-03"
serial = "100000001A2B3C4D"
group = "pi"
address = "10.77.0.21"
[[node]]
name = "pi02"
)");
  REQUIRE(settings.declared.size() == 2);
  const auto& first = settings.declared[0];
  CHECK(first.name == "pi01");
  CHECK(first.mac == "dc:a6:32:01:02:03"_mac);
  CHECK(first.serial == "1a2b3c4d");
  CHECK(first.group == "pi");
  CHECK(first.address == "10.77.0.21"_ip);
  CHECK_FALSE(settings.declared[1].mac);
}

TEST_CASE("rules of declared nodes, one row each") {
  const auto [more, says] = GENERATE(table<std::string, std::string>({
      {"[[node]]\nmac = \"dc:a6:32:01:02:03\"", "`name` is missing in [[node]]"},
      {"[[node]]\nname = \"\"", "a node has no name"},
      {"[[node]]\nname = \"pi_1\"", "\"pi_1\" cannot be the name of a node"},
      {"[[node]]\nname = \"1\"", "\"1\" cannot be the name of a node"},
      {"[[node]]\nname = \"approve\"",
       "\"approve\" is a word of `rootstock nodes` and cannot be the name of a node"},
      {"[[node]]\nname = \"all\"", "\"all\" is a word of `rootstock nodes` and cannot be the name of a node"},
      {node + "[[node]]\nname = \"a\"", "\"a\" is declared twice"},
      {node + "mac = \"dc:a6:32\"", "\"dc:a6:32\" is not a MAC address"},
      {node + "mac = \"00:00:00:00:00:00\"", "no board has the MAC 00:00:00:00:00:00"},
      {node + "mac = \"ff:ff:ff:ff:ff:ff\"", "no board has the MAC ff:ff:ff:ff:ff:ff"},
      {node + "mac = \"dc:a6:32:01:02:03\"\n[[node]]\nname = \"b\"\nmac = \"dc-a6-32-01-02-03\"",
       "dc:a6:32:01:02:03 is that of a too"},
      {node + "serial = \"123\"", "\"123\" is not the serial number of a Raspberry Pi"},
      {node + "serial = \"1234567g\"", "\"1234567g\" is not the serial number of a Raspberry Pi"},
      {node + "serial = \"1A2B3C4D\"\n[[node]]\nname = \"b\"\nserial = \"100000001a2b3c4d\"",
       "1a2b3c4d is that of a too"},
      {"[groups.pi4]\n" + node + "group = \"pi5\"", "there is no group \"pi5\""},
      {node + "address = \"10.77.0\"", "\"10.77.0\" is not an IPv4 address"},
      {node + "address = \"10.78.0.5\"", "10.78.0.5 is no host's address in 10.77.0.0/24"},
      {node + "address = \"10.77.0.255\"", "10.77.0.255 is no host's address in 10.77.0.0/24"},
      {node + "address = \"10.77.0.1\"", "10.77.0.1 is the head's own address"},
      {node + "address = \"10.77.0.5\"\n[[node]]\nname = \"b\"\naddress = \"10.77.0.5\"",
       "10.77.0.5 is that of a too"},
      {node + "address = \"10.77.0.5\"\n[dhcp]\nmode = \"proxy\"",
       "an address means nothing with mode = \"proxy\""},
      {node + "address = 7", "`address` must be text, not a whole number"},
      {"[slurm]\nmax_nodes = 1\n" + node + "[[node]]\nname = \"b\"",
       "2 nodes are declared, and slurm.max_nodes is 1"},
      {"[node]\nname = \"a\"", "`node` must be a list of tables; unknown key `name`"},
  }));
  CHECK(said(more) == says);
}

TEST_CASE("a fault of a declared node stands at its line, with the remedy") {
  const auto settings =
      load_text(least + "[groups.pi4]\n[[node]]\nname = \"a\"\ngroup = \"pi5\"\nmac = \"x\"\n", "r.toml");
  REQUIRE_FALSE(settings);
  CHECK(text(settings.error()) == R"(r.toml:7:9: there is no group "pi5"
    7 | group = "pi5"
      |         ^~~~~
        hint: did you mean "pi4"?
r.toml:8:7: "x" is not a MAC address
    8 | mac = "x"
      |       ^~~
        hint: write it as in dc:a6:32:01:02:03
2 faults
)");
}

TEST_CASE("the group and the node that the example shows can be switched on") {
  std::ifstream in(std::filesystem::path{SOURCE_DIR} / "config/example.toml");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto settings =
      loaded(std::regex_replace(text, std::regex{"\n# (  [a-z_]+ = |\\[groups|\\[\\[node)"}, "\n$1"));
  REQUIRE(settings.groups.size() == 1);
  CHECK(settings.groups[0].boards == std::vector<std::string>{"pi4"});
  REQUIRE(settings.declared.size() == 1);
  CHECK(settings.declared[0].name == "gpu01");
  CHECK(settings.declared[0].group == "pi4");
}
