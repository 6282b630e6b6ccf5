#include "server/http/admin_answer.hpp"

#include <boost/json/parse.hpp>

#include "tests/support/catch.hpp"

using namespace rootstock::server;

TEST_CASE("what the admin is answered is JSON, whatever words of others are in it") {
  const auto answer = json_answer(boost::json::object{{"reason", "remplac\xe9"}, {"cut", "48 \xc2"}});
  boost::system::error_code error;
  const auto read = boost::json::parse(answer.text, error);
  REQUIRE_FALSE(error);
  CHECK(read.at("reason").as_string() == "remplac?");
  CHECK(read.at("cut").as_string() == "48 ?");
}
