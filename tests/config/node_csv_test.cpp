#include "config/node_csv.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;

namespace {

std::string faults_of(const std::string& csv) {
  const auto parsed = parse_node_csv(csv, "n.csv");
  std::string all;
  if (!parsed)
    for (const auto& fault : parsed.error())
      all += (all.empty() ? "" : "; ") + std::to_string(fault.at.line) + ":" +
             std::to_string(fault.at.column) + " " + fault.what;
  return all;
}

NodeCsv parsed(const std::string& csv) {
  auto list = parse_node_csv(csv, "n.csv");
  REQUIRE(list);
  return *list;
}

}  // namespace

TEST_CASE("columns stand in any order, as a spreadsheet writes them") {
  const auto csv = GENERATE(as<std::string>{}, "mac,name\nm1,a\nm2,b\n", "Mac;Name\r\nm1;a\r\nm2;b\r\n",
                            "\xef\xbb\xbfmac,name\n\"m1\",\"a\"\n# later\n\nm2, b", "MAC , NAME\nm1,a\nm2,b");
  const auto list = parsed(csv);
  REQUIRE(list.nodes.size() == 2);
  CHECK(list.nodes[0].name == "a");
  CHECK(list.nodes[0].mac == "m1");
  CHECK(list.nodes[1].name == "b");
  CHECK(list.nodes[1].mac == "m2");
  CHECK(list.nodes[1].address.empty());
}

TEST_CASE("quotes keep separators and quotes") {
  CHECK(parsed("name,group\na,\"x,\"\"y\"\"\"\n").nodes[0].group == "x,\"y\"");
}

TEST_CASE("what a spreadsheet leaves of cells and rows that were emptied is nothing") {
  const auto list = parsed("name,mac,,\na,m1,,\n,,,\nb,,,,,\n;;\n");
  REQUIRE(list.nodes.size() == 3);
  CHECK(list.nodes[1].name == "b");
  CHECK(list.nodes[2].name == ";;");
  CHECK(list.places[1].at("name").line == 4);
}

TEST_CASE("missing cells are empty") { CHECK(parsed("name,mac,group\na\n").nodes[0].group.empty()); }

TEST_CASE("a list that is none is refused at the place") {
  const auto [csv, says] = GENERATE(table<std::string, std::string>({
      {"", "0:0 the list is empty"},
      {"\n\n", "0:0 the list is empty"},
      {"mac\nm1\n", "1:1 the column \"name\" is missing"},
      {"name,macc,colour\n", "1:6 there is no column \"macc\"; 1:11 there is no column \"colour\""},
      {"name,mac,name\n", "1:10 the column \"name\" is there twice"},
      {"name,mac\na,b,c\na,b,c\n",
       "2:5 3 columns, where the first line names 2; 3:5 3 columns, where the first line names 2"},
      {"name,mac\na,\"m1\nb,m2\n", "2:3 this quote is not closed"},
  }));
  CHECK(faults_of(csv) == says);
}

TEST_CASE("a fault of a node is told where its column stands, or its line") {
  const auto list = parsed("name,mac\na,m1\nb,m22\n");
  const auto fault = list.fault("n.csv", {1, "mac", "no MAC", "write one"});
  CHECK(fault.at.line == 3);
  CHECK(fault.at.column == 3);
  CHECK(fault.at.width == 3);
  CHECK(fault.source_line == "b,m22");
  CHECK(list.fault("n.csv", {0, "group", "", ""}).at.line == 2);
  CHECK(list.fault("n.csv", {7, "group", "", ""}).at.line == 0);
}
