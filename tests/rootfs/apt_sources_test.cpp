#include "rootfs/apt_sources.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

TEST_CASE("both styles of source list give the same", "[apt_sources]") {
  const auto one_line = parse_source_list(
      "# comment\ndeb-src http://m/debian bookworm main\n"
      "deb [arch=amd64,arm64 signed-by=/k.gpg] http://m/debian bookworm main contrib  # mirror\n");
  const auto deb822 = parse_deb822_sources(
      "# comment\nTypes: deb deb-src\nURIs: http://m/debian\nSuites: bookworm\nComponents: main contrib\n"
      "Architectures: amd64 arm64\nSigned-By: /k.gpg\n");
  REQUIRE(one_line.size() == 1);
  REQUIRE(deb822.size() == 1);
  for (const char* field : {"uris", "suites", "components", "architectures", "signed-by"})
    CHECK(one_line[0].field(field) == deb822[0].field(field));
}

TEST_CASE("only what is for the suite and architecture is taken", "[apt_sources]") {
  const auto sources = parse_deb822_sources(
      "Types: deb\nURIs: http://m/debian\nSuites: bookworm bookworm-updates trixie\nComponents: main\n\n"
      "Types: deb\nURIs: http://m/security\nSuites: bookworm-security\nComponents: main\n\n"
      "Types: deb\nURIs: http://vendor\nSuites: cloud-sdk-bookworm\nComponents: main\n\n"
      "Types: deb\nURIs: http://arm\nSuites: bookworm\nComponents: main\nArchitectures: arm64\n\n"
      "Types: deb-src\nURIs: http://src\nSuites: bookworm\nComponents: main\n\n"
      "Types: deb\nURIs: http://off\nSuites: bookworm\nComponents: main\nEnabled: no\n\n"
      "Types: deb\nURIs: cdrom:[Debian]/\nSuites: bookworm\nComponents: main\n");
  CHECK(sources_for(sources, "bookworm", "amd64") ==
        "Types: deb\nSuites: bookworm bookworm-updates\nuris: http://m/debian\ncomponents: main\n\n"
        "Types: deb\nSuites: bookworm-security\nuris: http://m/security\ncomponents: main\n\n");
  CHECK(sources_for(sources, "bookworm", "arm64").find("http://arm") != std::string::npos);
  CHECK(sources_for(sources, "book", "amd64").empty());
}

TEST_CASE("a recipe's components and newer kernel widen Debian's own sources only", "[apt_sources]") {
  const auto sources = parse_source_list(
      "deb http://m/debian bookworm main\n"
      "deb http://m/debian bookworm-updates main contrib\n"
      "deb http://vendor/apt bookworm stable\n"
      "deb http://pi/debian bookworm main\n");
  const auto text =
      sources_for(sources, "bookworm", "arm64", {{"main", "non-free-firmware"}, "bookworm-backports"});
  CHECK(text ==
        "Types: deb\nSuites: bookworm bookworm-backports\nuris: http://m/debian\ncomponents: main "
        "non-free-firmware\n\n"
        "Types: deb\nSuites: bookworm-updates\nuris: http://m/debian\ncomponents: main contrib "
        "non-free-firmware\n\n"
        "Types: deb\nSuites: bookworm\nuris: http://vendor/apt\ncomponents: stable\n\n"
        "Types: deb\nSuites: bookworm\nuris: http://pi/debian\ncomponents: main non-free-firmware\n\n");
}

TEST_CASE("an embedded key stays with its source", "[apt_sources]") {
  const auto sources = parse_deb822_sources(
      "Types: deb\nURIs: http://m\nSuites: trixie\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n "
      "mQ==\n");
  CHECK(sources_for(sources, "trixie", "amd64") ==
        "Types: deb\nSuites: trixie\nuris: http://m\nsigned-by: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n "
        ".\n mQ==\n\n");
}

TEST_CASE("broken lines are left out", "[apt_sources]") {
  CHECK(parse_source_list("deb\ndeb http://m\ndeb [arch=amd64 http://m bookworm main\n\n").empty());
}
