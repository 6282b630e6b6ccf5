#include "server/state/moving.hpp"

#include <string>
#include <vector>

#include "server/state/database.hpp"
#include "server/state/site_rows.hpp"
#include "tests/server/state_support.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point now{1'800'000'000s};

Settings settings_for(const std::string& text) {
  const auto place = HeadPlace::parse(text);
  Settings settings;
  settings.network.address = place->head;
  settings.network.subnet = Subnet::of(place->head, place->prefix);
  return settings;
}

}  // namespace

TEST_CASE("nodes that are up must not lose their root or their address", "[moving]") {
  struct Row {
    std::string before, after, address;
    std::chrono::seconds heard;  // ago; 0: never
    std::chrono::seconds patience;
    bool affected;
  };
  const auto row = GENERATE(values<Row>({
      {"10.77.0.1/24", "10.77.0.1/24", "10.77.0.10", 60s, 600s, false},  // nothing changes
      {"10.77.0.1/24", "10.88.0.1/24", "10.77.0.10", 60s, 600s, true},   // another network
      {"10.77.0.1/24", "10.77.0.2/24", "10.77.0.10", 60s, 600s, true},   // its root is mounted from .1
      {"10.77.0.1/24", "10.77.0.10/24", "10.77.0.10", 60s, 600s, true},  // the head takes its address
      {"10.77.0.1/16", "10.77.0.1/24", "10.77.9.10", 60s, 600s, true},   // a smaller network without it
      {"10.77.0.1/16", "10.77.0.1/24", "10.77.0.10", 60s, 600s, false},  // ... and with it
      {"10.77.0.1/24", "10.77.0.1/16", "10.77.0.10", 60s, 600s, false},  // a larger one
      {"10.77.0.1/24", "10.77.0.1/25", "10.77.0.127", 60s, 600s, true},  // its address is the broadcast's
      {"10.77.0.1/24", "10.88.0.1/24", "0.0.0.0", 60s, 600s, false},     // it has no address
      {"10.77.0.1/24", "10.88.0.1/24", "10.77.0.10", 0s, 600s, false},  // never up, or said that it goes down
      {"10.77.0.1/24", "10.88.0.1/24", "10.77.0.10", 899s, 600s, true},  // the head was off for a while
      {"10.77.0.1/24", "10.88.0.1/24", "10.77.0.10", 901s, 600s,
       false},  // ... for so long that it rebooted itself
      {"10.77.0.1/24", "10.88.0.1/24", "10.77.0.10", 240h, 0s, true},  // waits for its root for ever
      {"", "10.88.0.1/24", "10.77.0.10", 60s, 600s, true},             // kept by nobody yet
      {"", "10.77.0.9/24", "10.77.0.10", 60s, 600s, false},
  }));
  INFO(row.before << " -> " << row.after << ", " << row.address << " heard " << row.heard.count()
                  << " s ago");
  auto settings = settings_for(row.after);
  settings.nodes.root_patience = row.patience;
  const Seated node{"node01", *Ipv4::parse(row.address),
                    row.heard == 0s ? std::chrono::system_clock::time_point{} : now - row.heard};
  const auto found = cut_off(settings, HeadPlace::parse(row.before), {node}, now);
  CHECK(found.size() == (row.affected ? 1 : 0));
}

TEST_CASE("the refusal names who is affected and what to do", "[moving]") {
  std::vector<Seated> many;
  for (int i = 1; i <= 14; ++i)
    many.push_back({"node" + std::to_string(i), Ipv4{(10U << 24U) + static_cast<std::uint32_t>(i)}, now});
  const auto why = refusal(settings_for("10.88.0.1/24"), HeadPlace::parse("10.77.0.1/24"), many);
  for (const std::string word : {"14 nodes are up", "from 10.77.0.1/24 to 10.88.0.1/24: node[1-14]"})
    CHECK(why.what.find(word) != std::string::npos);
  many.resize(2);
  const auto few = refusal(settings_for("10.88.0.1/24"), HeadPlace::parse("10.77.0.1/24"), many);
  CHECK(few.what.ends_with(": node1 (10.0.0.1), node2 (10.0.0.2)"));
  for (const std::string word : {"rootstock shutdown", "--move-nodes"})
    CHECK(why.hint.find(word) != std::string::npos);
}

TEST_CASE("a place is kept as text", "[moving]") {
  CHECK(HeadPlace::parse("10.77.0.1/24")->text() == "10.77.0.1/24");
  for (const auto* text :
       {"", "10.77.0.1", "10.77.0.1/", "10.77.0.1/0", "10.77.0.1/33", "10.77/24", "10.77.0.1/24 "})
    CHECK_FALSE(HeadPlace::parse(text));
}

TEST_CASE("a moved node keeps all but its address", "[moving][state]") {
  const test::Folder folder;
  auto database = Database::open(folder.file());
  REQUIRE(database);
  NodeRecord stays, moves;
  stays.name = "node01";
  stays.number = 1;
  stays.mac = test::mac_of(1);
  stays.address = "10.77.0.10"_ip;
  stays.last_heard = now;
  moves = stays;
  moves.name = "node02";
  moves.number = 2;
  moves.mac = test::mac_of(2);
  moves.address = "10.78.0.10"_ip;
  moves.token = "secret";
  REQUIRE(database->write({}, {stays, moves}));
  CHECK_FALSE(look_at_site(folder.file())->place);

  const auto moved = settle_site(folder.file(), settings_for("10.77.0.1/24").network);
  REQUIRE(moved);
  CHECK(*moved == std::vector<std::string>{"node02"});
  const auto site = look_at_site(folder.file());
  REQUIRE(site);
  CHECK(site->place == HeadPlace::parse("10.77.0.1/24"));
  const auto nodes = database->nodes();
  REQUIRE(nodes);
  CHECK(nodes->at(0).address == stays.address);
  CHECK(nodes->at(0).last_heard == now);
  CHECK(nodes->at(1).address.unset());
  CHECK(nodes->at(1).mac == moves.mac);
  CHECK(nodes->at(1).token == "secret");
  CHECK(settle_site(folder.file(), settings_for("10.77.0.1/24").network)->empty());
}

TEST_CASE("where there is no state, nobody is in the way", "[moving]") {
  const test::Folder folder;
  const auto site = look_at_site(folder.file());
  REQUIRE(site);
  CHECK(site->nodes.empty());
  CHECK_FALSE(std::filesystem::exists(folder.file()));
}
