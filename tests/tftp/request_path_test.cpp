#include "tftp/request_path.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::tftp;

TEST_CASE("names become relative paths") {
  const auto [name, path] = GENERATE(table<std::string, std::string>({
      {"pxelinux.0", "pxelinux.0"},
      {"/pxelinux.0", "pxelinux.0"},
      {"//a///b", "a/b"},
      {"1234abcd//config.txt", "1234abcd/config.txt"},
      {"./a/./b", "a/b"},
      {"a/", "a"},
      {"\\Boot\\x64\\wdsnbp.com", "Boot/x64/wdsnbp.com"},
      {"...", "..."},
      {"..a/b..", "..a/b.."},
      {"Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f"},
  }));
  CHECK(request_path(name).value() == path);
}

TEST_CASE("names that are refused") {
  const auto [name, fault] = GENERATE(table<std::string, PathFault>({
      {"", PathFault::empty},
      {"/", PathFault::empty},
      {"././/", PathFault::empty},
      {"..", PathFault::climbs},
      {"../etc/passwd", PathFault::climbs},
      {"/../etc/passwd", PathFault::climbs},
      {"a/../b", PathFault::climbs},
      {"a\\..\\..\\b", PathFault::climbs},
      {"a/..", PathFault::climbs},
      {std::string("a\0b", 3), PathFault::unprintable},
      {"a\nb", PathFault::unprintable},
      {"a\x7f", PathFault::unprintable},
      {std::string(256, 'a'), PathFault::too_long},
      {std::string(1025, '/'), PathFault::too_long},
  }));
  const auto path = request_path(name);
  REQUIRE(!path);
  CHECK(path.error() == fault);
}
