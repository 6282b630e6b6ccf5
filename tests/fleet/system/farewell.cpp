#include "tests/fleet/system/farewell.hpp"

#include "tests/fleet/system/head_line.hpp"

namespace rootstock::fleet {

boost::asio::awaitable<void> say_farewell(const Seats& seats, std::mt19937& random) {
  for (const auto& seat : seats) {
    const auto& story = seat->story();
    if (!story.up_at || story.token.empty() || !seat->lent_address() || !seat->board().handover()) continue;
    const auto words = HeadWords::parse(seat->board().handover()->words);
    if (!words) continue;
    HeadLine line({seat->lent_address()->address(), words->head, words->http}, story.label, story.boot_id,
                  random);
    line.use_token(story.token);
    try {
      co_await line.down("poweroff");
    } catch (const StepFailed&) {
      co_return;
    }
  }
}

std::string known_as(const Seats& seats) {
  std::string list;
  for (const auto& seat : seats) {
    const auto outcome = seat->outcome();
    if (!outcome.address) continue;
    const auto& host = seat->story().host;
    list += (list.empty() ? "" : ",") + (host.empty() ? outcome.mac.text() : host);
  }
  return list;
}

}  // namespace rootstock::fleet
