#include "config/stray.hpp"

#include "config/toml.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;

namespace {

std::string faults_of(const std::string& toml) {
  Source source{"r.toml", toml};
  const Toml document{source};
  document.top().text("name");
  document.top().text("other");
  document.finish();
  return source.sound() ? "" : text(source.faults());
}

}  // namespace

TEST_CASE("the shape of a text keeps its lines and columns") {
  CHECK(ascii_shape("a = \"caf\xc3\xa9\"\n# \xe2\x82\xac\n") == "a = \"caf?\"\n# ?\n");
  CHECK(ascii_shape("\xff\xa9x\xc3") == "?x?");
  CHECK(ascii_shape("\xef\xbb\xbf"
                    "a = 1\n") ==
        "\xef\xbb\xbf"
        "a = 1\n");
}

TEST_CASE("a place is told by characters, not bytes, and within its word") {
  const auto* toml = "a = 1\nb = \"\xc3\xa9\" n\xc3\xbc?\n";
  CHECK(beyond_ascii(toml, 2, 6) == 6);
  CHECK(beyond_ascii(toml, 2, 9) == 10);
  CHECK_FALSE(beyond_ascii(toml, 2, 11));
  CHECK_FALSE(beyond_ascii(toml, 2, 1));
  CHECK_FALSE(beyond_ascii(toml, 9, 1));
}

TEST_CASE("quotes and comments may hold any character") {
  CHECK(faults_of("# caf\xc3\xa9\nname = \"\xc3\xa9\\\"\xc3\xa9\"\nother = '\xc3\xa9\\'\n").empty());
  CHECK(faults_of("name = \"\"\"\n\xc3\xa9 \" \"\" \\\"\"\" \xc3\xa9\"\"\"\nother = '''\n\xc3\xa9'' '''\n")
            .empty());
  CHECK(faults_of("\xef\xbb\xbf"
                  "name = 'a'\n")
            .empty());
}

TEST_CASE("elsewhere such a character is told as a fault of the file") {
  CHECK(faults_of("name = caf\xc3\xa9\n") ==
        "r.toml:1:11: a character that TOML allows in quotes only\n"
        "    1 | name = caf\xc3\xa9\n"
        "      |           ^\n"
        "        hint: put the text in double quotes\n"
        "1 fault\n");
  CHECK_FALSE(faults_of("n\xc3\xa4me = 'a'\n").empty());
  CHECK_FALSE(faults_of("name = 1\"\xc3\xa9\"\n").empty());
  CHECK_FALSE(faults_of("name = \"open\n\xc3\xa9").empty());
  CHECK_FALSE(faults_of("name = \"\xff\"\n").empty());
}

TEST_CASE("what once led toml++ astray is a fault") {
  // Found by fuzz_settings: quotes behind a fraction are none, and what follows them stands outside.
  CHECK_FALSE(faults_of(std::string("network = {ss = 1.\".0\0\0\0\0\0\0\0\0\xcd\x8c\xce\xf5", 33)).empty());
}
