#include "server/cli/screen.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::server;

TEST_CASE("a table is drawn from the corner, and what was there before is erased") {
  CHECK(drawn({"NODE", "node01 up", "1 of 1 up"}, {80, 24}) ==
        "\x1b[HNODE\x1b[K\r\nnode01 up\x1b[K\r\n1 of 1 up\x1b[K\x1b[J");
  CHECK(drawn({}, {80, 24}) == "\x1b[H\x1b[J");
}

TEST_CASE("lines are cut at the window's width, in characters") {
  CHECK(drawn({"abcdef"}, {4, 24}) == "\x1b[Habcd\x1b[K\x1b[J");
  CHECK(drawn({"abcd"}, {4, 24}) == "\x1b[Habcd\x1b[K\x1b[J");
  CHECK(drawn({"\xc3\xa4\xc3\xb6\xc3\xbc"}, {2, 24}) == "\x1b[H\xc3\xa4\xc3\xb6\x1b[K\x1b[J");
}

TEST_CASE("what is too high for the window is counted, and the summary stays") {
  const std::vector<std::string> lines{"NODE", "a", "b", "c", "1 of 3 up"};
  CHECK(drawn(lines, {80, 5}).find("more") == std::string::npos);
  CHECK(drawn(lines, {80, 4}) ==
        "\x1b[HNODE\x1b[K\r\na\x1b[K\r\n... 2 more lines: a taller window shows them\x1b[K\r\n1 of 3 "
        "up\x1b[K\x1b[J");
  CHECK(drawn(lines, {80, 2}) == "\x1b[H1 of 3 up\x1b[K\x1b[J");
  CHECK(drawn(lines, {80, 1}) == "\x1b[H1 of 3 up\x1b[K\x1b[J");
}

TEST_CASE("a node cannot move the cursor by what it says") {
  CHECK(drawn({"a\x1b[2Jb\x7f"}, {80, 24}) == "\x1b[Ha?[2Jb?\x1b[K\x1b[J");
}
