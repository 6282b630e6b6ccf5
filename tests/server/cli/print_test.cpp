#include "server/cli/print.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "tests/support/catch.hpp"

using namespace rootstock::server;

TEST_CASE("columns line up and nothing trails") {
  CHECK(aligned({{"NODE", "STAGE", "X"}, {"node01", "up", ""}, {"n2", "", "y"}}) ==
        "NODE    STAGE  X\n"
        "node01  up\n"
        "n2             y\n");
  CHECK(aligned({}).empty());
}

TEST_CASE("sizes and times as a person says them") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(999'950) == "1.0 MB");
  CHECK(bytes_text(38'123'456) == "38.1 MB");
  CHECK(seconds_text(0.04) == "0.0 s");
  CHECK(seconds_text(-1) == "0.0 s");
  CHECK(seconds_text(59.9) == "59.9 s");
  CHECK(seconds_text(60) == "1 min 0 s");
  CHECK(seconds_text(97) == "1 min 37 s");
  CHECK(seconds_text(11'520) == "3 h 12 min");
  CHECK(seconds_text(86'400) == "1 day");
}

TEST_CASE("an answer that lacks something reads as empty") {
  const boost::json::object answer{{"name", "node01"}, {"bytes", 12}, {"seconds", 1.5}, {"secret", true}};
  CHECK(text_of(answer, "name") == "node01");
  CHECK(text_of(answer, "bytes").empty());
  CHECK(number_of(answer, "bytes") == 12);
  CHECK(number_of(answer, "seconds") == 1.5);
  CHECK(number_of(answer, "name") == 0);
  CHECK(truth_of(answer, "secret"));
  CHECK(list_of(answer, "files").empty());
}
