#include "dhcp/transactions.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

Mac board(std::uint32_t number) {
  return {{2, 0, static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
           static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}};
}

}  // namespace

TEST_CASE("what a board said holds for its transaction only") {
  Transactions transactions;
  CHECK(transactions.remember(board(1), 7, {Dialect::pi4, 0}));
  CHECK_FALSE(transactions.remember(board(1), 7, {Dialect::pi4, 0}));
  REQUIRE(transactions.recall(board(1), 7));
  CHECK(transactions.recall(board(1), 7)->dialect == Dialect::pi4);
  CHECK(transactions.recall(board(1), 7)->arch == 0);
  CHECK_FALSE(transactions.recall(board(1), 8));
  CHECK_FALSE(transactions.recall(board(2), 7));
  CHECK(transactions.remember(board(1), 8, {Dialect::ipxe, 0}));
  CHECK(transactions.recall(board(1), 8)->dialect == Dialect::ipxe);
  CHECK_FALSE(transactions.recall(board(1), 7));
}

TEST_CASE("a thousand boards at once are remembered") {
  Transactions transactions;
  for (std::uint32_t i = 0; i < 1000; ++i) transactions.remember(board(i), i, {Dialect::pi5, 0});
  for (std::uint32_t i = 0; i < 1000; ++i) {
    INFO(i);
    CHECK(transactions.recall(board(i), i));
  }
}

TEST_CASE("of too many the oldest are forgotten") {
  Transactions transactions{16};
  for (std::uint32_t i = 0; i < 1000; ++i) transactions.remember(board(i), i, {Dialect::pi5, 0});
  CHECK(transactions.recall(board(999), 999));
  CHECK_FALSE(transactions.recall(board(0), 0));
}
