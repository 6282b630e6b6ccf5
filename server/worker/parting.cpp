#include "server/worker/parting.hpp"

#include <utility>

#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

/// The largest kernel at a tenth of a gigabit takes a few seconds.
constexpr std::chrono::seconds longest{20};
constexpr std::chrono::milliseconds between_looks{50};

}  // namespace

void Parting::then(std::function<void()> end) {
  if (end_) return;  // it is under way
  end_ = std::move(end);
  tftp_.turn_away();
  if (const auto files = tftp_.moving())
    log::info("stopping; files under way are sent to their end first: {}", files);
  wait(std::chrono::steady_clock::now() + longest);
}

void Parting::wait(std::chrono::steady_clock::time_point latest) {
  if (tftp_.moving() == 0 || std::chrono::steady_clock::now() >= latest) return end_();
  timer_.expires_after(between_looks);
  timer_.async_wait([this, latest](boost::system::error_code error) {
    if (!error) wait(latest);
  });
}

}  // namespace rootstock::server
