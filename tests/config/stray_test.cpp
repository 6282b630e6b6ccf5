#include "config/stray.hpp"

#include "config/toml.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("quotes and comments may hold any character") {
  CHECK_FALSE(stray_character("# caf\xc3\xa9\na = \"\xc3\xa9\\\"\xc3\xa9\"\nb = '\xc3\xa9\\'\n"));
  CHECK_FALSE(
      stray_character("a = \"\"\"\n\xc3\xa9 \" \"\" \\\"\"\" \xc3\xa9\"\"\"\nb = '''\n\xc3\xa9'' '''\n"));
  CHECK_FALSE(
      stray_character("\xef\xbb\xbf"
                      "a = 1\n"));
}

TEST_CASE("elsewhere the first one is found, in characters and lines") {
  const auto place = stray_character("a = 1\nb = \"\xc3\xa9\" \xc3\xbc\n");
  REQUIRE(place);
  CHECK(place->line == 2);
  CHECK(place->column == 9);
  CHECK(stray_character("caf\xc3\xa9 = 1"));
  CHECK(stray_character("a = 1\"\xc3\xa9\"\n"));
  CHECK(stray_character("a = \"open\n\xc3\xa9"));
}

TEST_CASE("it is told as a fault of the file") {
  Source source{"r.toml", "name = caf\xc3\xa9\n"};
  const Toml document{source};
  document.top().required_text("missing");
  document.finish();
  CHECK(text(source.faults()) ==
        "r.toml:1:11: a character that TOML allows in quotes only\n"
        "    1 | name = caf\xc3\xa9\n"
        "      |           ^\n"
        "        hint: put the text in double quotes\n"
        "1 fault\n");
}
