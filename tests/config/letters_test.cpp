#include "config/letters.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("a host label is letters, digits and inner hyphens") {
  CHECK(is_host_label("node01"));
  CHECK(is_host_label(std::string(63, 'a')));
  for (const auto* name : {"", "-a", "a-", "a.b", "a_b", "\xc3\xa9"}) CHECK_FALSE(is_host_label(name));
  CHECK_FALSE(is_host_label(std::string(64, 'a')));
}
