// What a seat is to boot: its pin, its own image, its group's, everybody's; and whose kernel options.
#include "server/boot/orders.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

Settings site() {
  Settings settings;
  settings.nodes.kernel_options = "quiet";
  settings.groups.push_back({"gpu", "", 2, "cuda", "console=ttyS1", {}});
  settings.groups.push_back({"thin", "", 2, "", "", {}});
  return settings;
}

NodeRecord node(std::string group) {
  NodeRecord record;
  record.name = "node07";
  record.group = std::move(group);
  return record;
}

}  // namespace

TEST_CASE("an image comes from the pin, the node, its group, the site: the first of them that says one") {
  const auto settings = site();
  CHECK(orders_for(settings, node("")).image == "compute");
  CHECK(orders_for(settings, node("thin")).image == "compute");
  CHECK(orders_for(settings, node("gpu")).image == "cuda");
  CHECK(orders_for(settings, node("gpu")).image_why == "the group gpu has the image cuda");
  auto own = node("gpu");
  own.image = "debug";
  CHECK(orders_for(settings, own).image == "debug");
  CHECK(orders_for(settings, own).image_why == "node07 has the image debug of its own");
  own.pinned = "compute/7";
  CHECK(orders_for(settings, own).pinned == "compute/7");
  CHECK(orders_for(settings, own).image_why == "node07 is pinned to compute/7");
  const auto lost = orders_for(settings, node("gone"));
  CHECK(lost.image == "compute");
  CHECK(lost.image_why ==
        "compute is the image of all nodes (its group gone is not in the settings any more)");
}

TEST_CASE(
    "kernel options of the site, the group and the node stand in this order, and it is told whose they are") {
  auto seat = node("gpu");
  CHECK(orders_for(site(), node("")).kernel_options == "quiet");
  seat.kernel_options = "mem=2G";
  const auto orders = orders_for(site(), seat);
  CHECK(orders.kernel_options == "quiet console=ttyS1 mem=2G");
  CHECK(orders.options_why == std::vector<std::string>{"kernel options of all nodes: quiet",
                                                       "kernel options of the group gpu: console=ttyS1",
                                                       "kernel options of node07: mem=2G"});
  CHECK(orders_for({}, node("")).options_why.empty());
}
