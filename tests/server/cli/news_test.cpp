#include "server/cli/news.hpp"

#include "tests/support/catch.hpp"

using rootstock::server::is_news;

TEST_CASE("a clock that goes on is no news") {
  CHECK_FALSE(is_news("lost: no heartbeat for 46 s", "lost: no heartbeat for 107 s"));
  CHECK_FALSE(is_news("queued: place 9 of 40, about 20 s", "queued: place 10 of 40, about 9 s"));
  CHECK_FALSE(is_news("up", "up"));
}

TEST_CASE("another word is") {
  CHECK(is_news("up", "lost: no heartbeat for 46 s"));
  CHECK(is_news("starting: slurmd has not registered", "starting: its clock is 40 s ahead"));
}
