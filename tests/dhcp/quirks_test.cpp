#include "dhcp/quirks.hpp"

#include <algorithm>
#include <set>

#include "tests/support/catch.hpp"

using namespace rootstock::dhcp;

namespace {

bool has(Dialect dialect, std::string_view name) {
  return std::ranges::any_of(quirks_of(dialect), [&](const Quirk& quirk) { return quirk.name == name; });
}

}  // namespace

// The columns are what the responder does, the quirks what `explain` says: they must say the same.
TEST_CASE("every column that strays from the RFCs is a named quirk with its source") {
  for (int number = 0; number <= static_cast<int>(Dialect::ipxe); ++number) {
    const auto dialect = static_cast<Dialect>(number);
    const auto& row = row_of(dialect);
    INFO(row.name);
    const bool covered = has(dialect, "may be a Pi 3");
    CHECK(has(dialect, "wants option 43") == row.pi_menu);
    CHECK((covered || has(dialect, "never asks for its address")) == !row.requests);
    CHECK((covered || has(dialect, "answers no ARP")) == row.deaf);
    CHECK((covered || has(dialect, "loses what comes too soon")) == (row.delay.count() > 0));
    CHECK(has(dialect, "wants HTTPClient") == (row.vendor_class == "HTTPClient"));
    CHECK(has(dialect, "takes 576 bytes") == (row.largest == 576));
    std::set<std::string_view> names;
    for (const auto& quirk : quirks_of(dialect)) {
      CHECK(names.insert(quirk.name).second);
      CHECK_FALSE(quirk.what.empty());
      CHECK(quirk.source.starts_with("NETBOOT-FACTS "));
    }
  }
  CHECK(quirks_of(Dialect::plain).empty());
}
