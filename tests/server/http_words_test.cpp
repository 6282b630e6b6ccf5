// The words of HTTP: ranges, targets and forms.
#include "server/http/range.hpp"
#include "server/http/target.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock::server;
using Kind = RangeAnswer::Kind;

TEST_CASE("ranges of a file of 1000 bytes (RFC 9110 14)") {
  const auto [header, expected] = GENERATE(table<std::string, RangeAnswer>({
      {"", {Kind::whole, {0, 1000}}},
      {"bytes=0-9", {Kind::part, {0, 10}}},
      {"Bytes=0-0", {Kind::part, {0, 1}}},
      {"bytes= 990- ", {Kind::part, {990, 10}}},
      {"bytes=990-5000", {Kind::part, {990, 10}}},
      {"bytes=0-18446744073709551615", {Kind::part, {0, 1000}}},
      {"bytes=-10", {Kind::part, {990, 10}}},
      {"bytes=-5000", {Kind::part, {0, 1000}}},
      {"bytes=-0", {Kind::unsatisfiable, {}}},
      {"bytes=1000-", {Kind::unsatisfiable, {}}},
      {"bytes=9-0", {Kind::whole, {0, 1000}}},
      {"bytes=0-1,5-6", {Kind::whole, {0, 1000}}},
      {"bytes=-", {Kind::whole, {0, 1000}}},
      {"bytes=+1-2", {Kind::whole, {0, 1000}}},
      {"bytes=99999999999999999999-", {Kind::whole, {0, 1000}}},
      {"lines=0-9", {Kind::whole, {0, 1000}}},
  }));
  CAPTURE(header);
  CHECK(range_of(header, 1000) == expected);
}

TEST_CASE("an empty file has no parts") {
  CHECK(range_of("bytes=0-", 0).kind == Kind::unsatisfiable);
  CHECK(range_of("bytes=-1", 0).kind == Kind::unsatisfiable);
  CHECK(range_of("", 0) == RangeAnswer{Kind::whole, {0, 0}});
}

TEST_CASE("targets become paths that stay inside") {
  const auto [target, path] = GENERATE(table<std::string, std::string>({
      {"/boot.ipxe", "boot.ipxe"},
      {"//compute//3/./kernel", "compute/3/kernel"},
      {"/a%20b", "a b"},
      {"/a+b", "a+b"},
      {"/nodes?x=/../y", "nodes"},
      {"/x#y", "x"},
      {"/", ""},
      {"http://10.77.0.1:8080/a/b?x=/", "a/b"},
      {"http://head", ""},
  }));
  const auto parsed = parse_target(target);
  REQUIRE(parsed);
  CHECK(parsed->path == path);
}

TEST_CASE("targets that lead out, or are none") {
  const auto* target = GENERATE("", "boot.ipxe", "https://x/", "http://x/..", "*", "/..", "/a/../b", "/%2e%2e/b",
                                "/a%2f..%2fb", "/a%00b", "/a%0ab", "/%", "/%1", "/%zz", "/a\\b");
  CAPTURE(target);
  CHECK_FALSE(parse_target(target));
}

TEST_CASE("forms") {
  const auto form = parse_form("generation=compute%2F3&text=a+b%0ac&empty=&bad=%zz&text=second&=x&flag");
  CHECK(form == Form{{"generation", "compute/3"}, {"text", "a b\nc"}, {"empty", ""}, {"flag", ""}});
}
