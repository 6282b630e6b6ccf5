// config/ knows the kinds of boards by their words alone; what they mean is known here.
#include <algorithm>

#include "config/node_words.hpp"
#include "dhcp/dialect.hpp"
#include "server/nodes/board_words.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("the kinds of boards that a group may name are those that there are") {
  auto known = server::firmware_words();
  for (const auto architecture : {dhcp::Architecture::amd64, dhcp::Architecture::arm64})
    known.emplace_back(dhcp::name_of(architecture));
  auto words = board_words();
  std::sort(known.begin(), known.end());
  std::sort(words.begin(), words.end());
  CHECK(words == known);
}
