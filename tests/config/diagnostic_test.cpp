#include "config/diagnostic.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("the caret counts characters, not bytes, and control characters cannot move it") {
  const Diagnostic fault{"a.toml", {3, 11, 4}, "n\t= \"\xc3\xa9\xc3\xa9\" # \x1b[31m", "odd", ""};
  CHECK(fault.text() ==
        "a.toml:3:11: odd\n"
        "    3 | n = \"\xc3\xa9\xc3\xa9\" #  [31m\n"
        "      |           ^~~~\n");
}

TEST_CASE("of a long line only the part around the place is shown") {
  const auto line = "x = \"" + std::string(500, 'a') + "!" + std::string(500, 'b') + "\"";
  const auto text = Diagnostic{"a.toml", {1, 506, 9999}, line, "too long", "cut it"}.text();
  CHECK(text ==
        "a.toml:1:506: too long\n"
        "    1 | " +
            std::string(60, 'a') + "!" + std::string(59, 'b') + "\n" + "      | " + std::string(60, ' ') +
            "^" + std::string(59, '~') + "\n" + "        hint: cut it\n");
}

TEST_CASE("a place behind the end of its line, or in no line, still prints") {
  CHECK(Diagnostic{"a.toml", {1, 9, 5}, "ab", "w", ""}.text() ==
        "a.toml:1:9: w\n    1 | ab\n      |         ^\n");
  CHECK(Diagnostic{"a.toml", {}, "", "w", "h"}.text() == "a.toml: w\n        hint: h\n");
}

TEST_CASE("the nearest word is one that could have been meant") {
  const std::vector<std::string> words{"interface", "address", "pool", "warning"};
  CHECK(nearest("interfce", words) == "interface");
  CHECK(nearest("adrdess", words) == "address");
  CHECK(nearest("warn", words) == "warning");
  CHECK(nearest("poolx", words) == "pool");
  CHECK(nearest("x", words).empty());
  CHECK(nearest("gateway", words).empty());
  CHECK(nearest(std::string(100'000, 'a'), words).empty());
}
