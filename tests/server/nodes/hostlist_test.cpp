#include "server/nodes/hostlist.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tests/support/catch.hpp"

using namespace rootstock::server;

namespace {

std::string words(const std::string& list) {
  const auto names = expand(list);
  return names ? fmt::format("{}", fmt::join(*names, " ")) : names.error().what;
}

std::string fault(const std::string& list) {
  const auto names = expand(list);
  if (names) return "none";
  const auto at = names.error().what.find(" at character ");
  return names.error().what.substr(at + sizeof " at character " - 1);
}

}  // namespace

TEST_CASE("ranges are expanded as Slurm and pdsh do") {
  const auto [list, names] = GENERATE(table<std::string, std::string>({
      {"node07", "node07"},
      {"node[01-03]", "node01 node02 node03"},
      {"node[08-11]", "node08 node09 node10 node11"},
      {"node[8-11]", "node8 node9 node10 node11"},
      {"node[098-101]", "node098 node099 node100 node101"},
      {"node[01-02,15],gpu3", "node01 node02 node15 gpu3"},
      {"rack[1-2]node[01-02]", "rack1node01 rack1node02 rack2node01 rack2node02"},
      {"node[1-2]-ib", "node1-ib node2-ib"},
      {"[1-3]", "1 2 3"},
      {"node[3,1,2]", "node3 node1 node2"},
      {"node1,node[1-2],node1", "node1 node2"},
      {"node[1,01]", "node1 node01"},
      {"node[5-5]", "node5"},
      {"dc:a6:32:01:02:03,b", "dc:a6:32:01:02:03 b"},
  }));
  CHECK(words(list) == names);
}

TEST_CASE("a list that is none is refused at the place") {
  const auto [list, why] = GENERATE(table<std::string, std::string>({
      {"", "1: a name is missing"},
      {"node1,", "7: a name is missing"},
      {",node1", "1: a name is missing"},
      {"a,,b", "3: a name is missing"},
      {"node[01-12", "5: this bracket is not closed"},
      {"node[", "5: this bracket is not closed"},
      {"node[1-", "5: this bracket is not closed"},
      {"node]", "5: this bracket closes none"},
      {"node[]", "6: a number is missing"},
      {"node[1,]", "8: a number is missing"},
      {"node[a-b]", "6: a number is missing"},
      {"node[1-2-3]", "9: \"-\" is not part of a range"},
      {"node[1x]", "7: \"x\" is not part of a range"},
      {"node[12-01]", "6: the range 12-01 runs backwards"},
      {"node[1-012]", "6: 1 and 012 have zeros for different widths"},
      {"node1 node2", "6: a blank: names are parted by commas"},
      {"node[1[2]]", "7: \"[\" is not part of a range"},
      {"node[1234567890123456789]", "6: a number of more than 18 digits"},
      {"ok,node[1-70000]", "4: more than 65536 names"},
      {"a[1-300][1-300]", "1: more than 65536 names"},
      {"a[1-65536],b", "12: more than 65536 names"},
      {"a[0-999999999999999999]", "1: more than 65536 names"},
      {"a[1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2][1-2]",
       "1: more than 65536 names"},
  }));
  CHECK(fault(list) == why);
}

TEST_CASE("the most names there may be are given, and no name is endless") {
  const auto names = expand("a[1-65536]");
  REQUIRE(names);
  CHECK(names->size() == most_hosts);
  CHECK(fault(std::string(300, 'x')) == "300: a name of more than 253 characters");
  CHECK(fault(std::string(300, 'x') + "[1-9]") == "301: a name of more than 253 characters");
  std::string brackets;
  for (int i = 0; i < 300; ++i) brackets += "[1]";
  CHECK(fault(brackets) == "763: a name of more than 253 characters");
  CHECK(expand(std::string(5000, '[')).error().what.size() < 200);  // the error does not repeat all of it
}

TEST_CASE("names are folded into the shortest ranges, in natural order") {
  const auto [list, folded] = GENERATE(table<std::string, std::string>({
      {"node03,node01,node02", "node[01-03]"},
      {"node01", "node01"},
      {"node10,node9,node8", "node[8-10]"},
      {"node09,node10,node11", "node[09-11]"},
      {"node1,node3,node4,node7", "node[1,3-4,7]"},
      {"gpu,gpu3,gpu4,head", "gpu,gpu[3-4],head"},
      {"node2-ib,node1-ib,node1", "node1,node[1-2]-ib"},
      {"rack2node01,rack1node02,rack1node01", "rack1node[01-02],rack2node01"},
      {"node1,node01", "node[1,01]"},
      {"node99,node100", "node[99-100]"},
      {"node099,node100,node98", "node[98,099-100]"},
      {"n999999999999999999,n1000000000000000000", "n999999999999999999,n1000000000000000000"},
  }));
  auto names = expand(list);
  REQUIRE(names);
  CHECK(fold(*names) == folded);
  auto back = expand(folded);
  REQUIRE(back);
  std::sort(names->begin(), names->end(), natural_less);
  std::sort(back->begin(), back->end(), natural_less);
  CHECK(*back == *names);
}

TEST_CASE("nothing folds to nothing") { CHECK(fold({}).empty()); }

TEST_CASE("brackets are quoted where a list is to be typed into a shell") {
  CHECK(for_shell("node07") == "node07");
  CHECK(for_shell("node[01-03],gpu1") == "'node[01-03],gpu1'");
}
