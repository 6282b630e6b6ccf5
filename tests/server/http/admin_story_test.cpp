// Stories of many nodes at once, while the same loop has other things to do.
#include "server/http/admin_story.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>

#include "tests/server/nodes/open_door.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
namespace asio = boost::asio;

namespace {

std::vector<NodeRecord> seats(int count) {
  std::vector<NodeRecord> records;
  for (int number = 1; number <= count; ++number) {
    NodeRecord record;
    record.number = number;
    record.name = "node" + std::to_string(number);
    record.mac = *Mac::parse("52:54:00:00:00:07");
    record.mac.bytes[4] = static_cast<std::uint8_t>(number);
    records.push_back(record);
  }
  return records;
}

struct House {
  asio::io_context loop;
  Settings settings;
  Registry registry{{}, 100, seats(50)};
  OpenDoor door{registry};
  FrontDesk desk{registry, door.reception, [](const NodeRecord&) {}};
  SlurmWatch slurm{loop, false};
  SpanningTreeListener bridges{loop};
  Lookout lookout{settings, registry, desk, slurm, bridges};
  Chronicle chronicle{registry, [](const Node&, const BootRecord&, bool) { return Conclusion{}; },
                      [](const BootRow&) {}};
  int reads = 0;
  int turns = 0;  ///< of whoever else has something to do
  AdminStory stories{registry, lookout, chronicle, [this](int) -> Result<std::vector<BootRow>, Failure> {
                       ++reads;
                       return std::vector<BootRow>{};
                     }};
  AdminSite site;
  std::optional<Answer> answer;

  House() { stories.register_at(site); }

  void goes_on() {
    if (answer) return;
    ++turns;
    if (turns == 20) registry.forget(registry.nodes().at(50));
    asio::post(loop, [this] { goes_on(); });
  }

  boost::json::value asks(const std::string& names, Form query = {}) {
    const auto wait = [&]() -> asio::awaitable<void> {
      Request request;
      request.method = Method::get;
      request.target = {"story/" + names, std::move(query)};
      answer = co_await site.answer(std::move(request));
    };
    asio::co_spawn(loop, wait, asio::detached);
    goes_on();
    loop.run();
    REQUIRE(answer->status == 200);
    return boost::json::parse(answer->text);
  }
};

}  // namespace

TEST_CASE("the stories of all nodes hold nobody up") {
  House house;
  const auto told = house.asks("all", {{"all", "1"}});
  CHECK(house.turns >= 49);
  CHECK(house.reads == 49);
  CHECK(told.at("stories").as_array().size() == 49);  // one was forgotten before its turn
}

TEST_CASE("what goes on now is told from memory") {
  House house;
  const auto told = house.asks("node1");
  CHECK(told.at("node").as_string() == "node1");
  CHECK(house.reads == 0);
}

TEST_CASE("what was before is read from the disk") {
  House house;
  house.asks("node1", {{"all", "1"}});
  CHECK(house.reads == 1);
}
