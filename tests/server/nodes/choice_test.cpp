#include "server/nodes/choice.hpp"

#include <fmt/format.h>

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

NodeRecord seat(int number, const char* mac, Standing standing = Standing::member) {
  NodeRecord record;
  record.number = number;
  record.name = fmt::format("node{:02}", number);
  record.mac = *Mac::parse(mac);
  record.standing = standing;
  return record;
}

Registry cluster() {
  return Registry{NodeSettings{},
                  100,
                  {seat(1, "02:00:00:00:00:01"), seat(2, "02:00:00:00:00:02"),
                   seat(3, "02:00:00:00:00:03", Standing::waiting)}};
}

std::string chosen(std::string_view list, std::optional<Standing> all = Standing::member) {
  auto registry = cluster();
  const auto nodes = choose(registry, list, all);
  if (!nodes) return nodes.error().what;
  std::string names;
  for (const auto* node : *nodes) names += (names.empty() ? "" : " ") + node->record.name;
  return names;
}

}  // namespace

TEST_CASE("nodes are chosen by names, ranges, MAC addresses and all") {
  CHECK(chosen("node02") == "node02");
  CHECK(chosen("node[03,01]") == "node03 node01");
  CHECK(chosen("02:00:00:00:00:02,node[01-02]") == "node02 node01");
  CHECK(chosen("all") == "node01 node02");
  CHECK(chosen("all,node03") == "node01 node02 node03");
  CHECK(chosen("all", Standing::waiting) == "node03");
  CHECK(chosen("all", Standing::denied) == "nobody is denied");
  CHECK(chosen("all", std::nullopt) == "node01 node02 node03");
  Registry nobody{NodeSettings{}, 100, {}};
  CHECK(choose(nobody, "all").error().what == "there is no node yet");
}

TEST_CASE("everybody who is not there is named at once, with who may have been meant") {
  CHECK(chosen("node[02-05],02:00:00:00:00:09") == "there is no node 02:00:00:00:00:09,node[04-05]");
  CHECK(chosen("00:00:00:00:00:00") == "there is no node 00:00:00:00:00:00");
  auto registry = cluster();
  const auto nodes = choose(registry, "nod02");
  REQUIRE_FALSE(nodes);
  CHECK(nodes.error().hint == "did you mean node02 by nod02? `rootstock nodes` lists them");
}
