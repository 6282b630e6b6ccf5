#pragma once
// Settings out of a text, and what is said about one that is wrong.
#include <string>

#include "config/load.hpp"
#include "tests/support/catch.hpp"

namespace rootstock::testing {

/// As little as there must be.
inline const std::string least = "[network]\ninterface = \"eth1\"\naddress = \"10.77.0.1/24\"\n";

inline Settings loaded(const std::string& text) {
  const auto settings = load_text(text, "r.toml");
  INFO((settings ? "" : rootstock::text(settings.error())));
  REQUIRE(settings);
  return *settings;
}

/// What each fault says, joined; "" when there is none.
inline std::string said_of(const std::string& text) {
  const auto settings = load_text(text, "r.toml");
  std::string all;
  if (!settings)
    for (const auto& fault : settings.error()) all += (all.empty() ? "" : "; ") + fault.what;
  return all;
}

}  // namespace rootstock::testing
