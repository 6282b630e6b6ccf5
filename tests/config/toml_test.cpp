#include "config/toml.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("a list of tables is read element by element, faults at their own place") {
  Source source{"r.toml", "[[hook]]\nrun = \"a\"\n[[hook]]\nrnu = \"b\"\n"};
  const Toml document{source};
  const auto hooks = document.top().tables("hook");
  REQUIRE(hooks.size() == 2);
  CHECK(hooks[0].required_text("run") == "a");
  CHECK(hooks[1].required_text("run").empty());
  document.finish();
  CHECK(text(source.faults()) == R"(r.toml:3:1: `run` is missing in [[hook]]
    3 | [[hook]]
      | ^~~~~~~~
r.toml:4:1: unknown key `rnu`
    4 | rnu = "b"
      | ^~~
        hint: did you mean `run`?
2 faults
)");
}

TEST_CASE("values of the wrong shape are faults, whatever was asked for") {
  Source source{"r.toml", "t = 1\nl = \"a\"\na = [1]\nb = 1979-05-27\nd = 1.5\n"};
  const Toml document{source};
  const auto top = document.top();
  top.table("t");
  top.tables("l");
  CHECK(top.texts("a").empty());
  CHECK_FALSE(top.boolean("b"));
  CHECK_FALSE(top.integer("d"));
  std::string whats;
  for (const auto& fault : source.faults()) whats += fault.what + "\n";
  CHECK(whats ==
        "`t` must be a table, not a whole number\n"
        "`l` must be a list of tables\n"
        "every element of `a` must be text, not a whole number\n"
        "`b` must be true or false, not a date or time\n"
        "`d` must be a whole number, not a fraction\n");
  CHECK_FALSE(top.sound("a"));
}

TEST_CASE("a table whose keys are the user's own words hands them out") {
  Source source{"r.toml", "[env]\nB = \"2\"\nA = \"1\"\n"};
  const Toml document{source};
  const auto env = document.top().table("env");
  CHECK(env.keys() == std::vector<std::string>{"A", "B"});
  document.finish();
  CHECK(source.sound());
}
