#include "server/slurm/slurm_nodes.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace rootstock::server;

namespace {

SlurmNode only(const std::string& line) {
  const auto nodes = parse_sinfo(line + "\n");
  REQUIRE(nodes.size() == 1);
  return nodes.begin()->second;
}

}  // namespace

TEST_CASE("what sinfo says of a node is read with its suffixes", "[slurm]") {
  struct Row {
    std::string line, state;
    bool responds, rebooting, registered;
    std::string reason;
  };
  const auto row = GENERATE(values<Row>({
      {"node01|idle|none", "idle", true, false, true, ""},
      {"node01|idle*|none", "idle", false, false, false, ""},
      {"node01|idle~|none", "idle", true, false, false, ""},
      {"node01|idle%|none", "idle", true, false, false, ""},
      {"node01|idle!|none", "idle", true, false, true, ""},
      {"node01|allocated#|none", "allocated", true, false, true, ""},
      {"node01|mixed$|none", "mixed", true, false, true, ""},
      {"node01|mixed-|none", "mixed", true, false, true, ""},
      {"node01|draining@|rootstock reboot", "draining", true, true, true, "rootstock reboot"},
      {"node01|reboot^*|rootstock reboot", "reboot", false, true, false, "rootstock reboot"},
      {"node01|down*|Not responding", "down", false, false, false, "Not responding"},
      {"node01|down|off: rootstock", "down", true, false, false, "off: rootstock"},
      {"node01|drained|fan is loud | see note 7", "drained", true, false, true, "fan is loud | see note 7"},
      {"node01|drained*|none", "drained", false, false, false, ""},
      {"node01|powered_down|none", "powered_down", true, false, false, ""},
      {"node01|UNKNOWN|none", "unknown", true, false, false, ""},
      {"node01|future|none", "future", true, false, false, ""},
  }));
  INFO(row.line);
  const auto node = only(row.line);
  CHECK(node.state == row.state);
  CHECK(node.responds == row.responds);
  CHECK(node.rebooting == row.rebooting);
  CHECK(node.registered() == row.registered);
  CHECK(node.reason == row.reason);
}

TEST_CASE("a node of two partitions is one node", "[slurm]") {
  const auto nodes = parse_sinfo("node01|idle|none\nnode01|idle|none\nnode02|down*|Not responding\n");
  CHECK(nodes.size() == 2);
  CHECK(nodes.at("node02").shown == "down*");
}

TEST_CASE("lines that are none are passed over", "[slurm]") {
  CHECK(parse_sinfo("").empty());
  CHECK(
      parse_sinfo(
          "\n\nslurm_load_node: Zero Bytes were transmitted\nnode01|idle\n|idle|none\nnode02||x\nnode03|*|x")
          .empty());
  CHECK(parse_sinfo("node01|idle|none").size() == 1);  // cut off before the line's end
}
