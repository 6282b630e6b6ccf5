#include "rootfs/supervisor.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <utility>

namespace rootstock::rootfs {
namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using Clock = std::chrono::steady_clock;
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds start_interval{50};

std::string how(int status) {
  return status > 128 ? fmt::format("was killed by signal {}", status - 128)
                      : fmt::format("ended with status {}", status);
}

}  // namespace

Supervisor::Supervisor(asio::io_context& loop, Program program, Tell tell)
    : loop_(loop), program_(std::move(program)), tell_(std::move(tell)), back_off_(loop), gone_(loop) {}

void Supervisor::start() {
  running_ = true;
  asio::co_spawn(loop_, run(), asio::detached);
}

void Supervisor::restart() {
  back_off_.cancel();
  restarting_ = child_ != nullptr;
  if (child_ != nullptr) child_->signal(SIGTERM);
}

asio::awaitable<void> Supervisor::stop() {
  stopping_ = true;
  back_off_.cancel();
  if (!running_) co_return;
  if (child_ != nullptr) child_->signal(SIGTERM);
  gone_.expires_after(program_.stop_grace);
  co_await gone_.async_wait(as_values);
  if (!running_) co_return;
  tell_(Severity::warning, fmt::format("{} does not stop: killed", program_.name));
  if (child_ != nullptr) child_->signal(SIGKILL);
  gone_.expires_at(Clock::time_point::max());
  co_await gone_.async_wait(as_values);
}

asio::awaitable<void> Supervisor::run() {
  while (!stopping_) {
    const auto started = Clock::now();
    ready_ = false;
    auto child = Child::start(loop_, program_.argv, program_.options);
    if (child) {
      co_await attend(**child);
    } else {
      status_ = 127;
      tell_(Severity::error, fmt::format("{}: {}", program_.name, child.error().what));
    }
    if (std::exchange(restarting_, false) && !stopping_) continue;
    if (stopping_ || !worth_restarting()) break;
    const auto delay = policy_.after(started, Clock::now());
    explain_end(delay);
    back_off_.expires_after(delay);
    co_await back_off_.async_wait(as_values);
  }
  running_ = false;
  gone_.cancel();
}

bool Supervisor::worth_restarting() const {
  return ready_ || !program_.on_early_end || program_.on_early_end(status_);
}

void Supervisor::explain_end(std::chrono::milliseconds delay) {
  tell_(Severity::error,
        fmt::format("{} {}{}; starting it again in {:.1f} s", program_.name, how(status_),
                    ready_ ? "" : " before it served", static_cast<double>(delay.count()) / 1000));
}

asio::awaitable<void> Supervisor::attend(Child& child) {
  child_ = &child;
  tell_(Severity::debug, fmt::format("{} started, process {}", program_.name, child.pid()));
  co_await ((wait_for_end(child) || watch(child)) && relay(child));
  child_ = nullptr;
}

asio::awaitable<void> Supervisor::pause(std::chrono::milliseconds delay) {
  asio::steady_timer timer(loop_, delay);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> Supervisor::sleep_for_ever() {
  asio::steady_timer timer(loop_, Clock::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> Supervisor::wait_for_end(Child& child) { status_ = co_await child.ended(); }

asio::awaitable<void> Supervisor::relay(Child& child) {
  for (;;) {
    const auto line = co_await child.next_line();
    if (!line) co_return;
    if (program_.on_line) program_.on_line(*line);
  }
}

/// Never returns: it is given up when the program ends, which it brings about when the program hangs.
asio::awaitable<void> Supervisor::watch(Child& child) {
  co_await (wait_until_ready(child) || pause(program_.start_patience));
  if (ready_) {
    if (program_.on_ready) program_.on_ready();
    co_await wait_until_hung();
  }
  tell_(Severity::error,
        fmt::format("{} {}: killed", program_.name, ready_ ? "does not answer" : "does not get ready"));
  child.signal(SIGKILL);
  co_await sleep_for_ever();
}

// Each co_await below stands in a statement of its own: g++ 12 miscompiles some that stand in a condition.

asio::awaitable<void> Supervisor::wait_until_ready(Child& child) {
  while (program_.probe && !ready_) {
    ready_ = co_await program_.probe();
    if (!ready_) co_await pause(start_interval);
  }
  if (program_.options.ready_variable.empty()) co_return;
  ready_ = co_await child.ready();
  // A child that closed the descriptor without a word is on its way out; its end is what counts.
  if (!ready_) co_await sleep_for_ever();
}

asio::awaitable<void> Supervisor::wait_until_hung() {
  if (!program_.probe) co_await sleep_for_ever();
  for (int missed = 0; missed < program_.misses;) {
    co_await pause(program_.probe_interval);
    const bool answered = co_await program_.probe();
    missed = answered ? 0 : missed + 1;
  }
}

}  // namespace rootstock::rootfs
