#pragma once
// What a node asks of its head and tells it, and what the head says to that (edge: Boost.Beast).

#include <boost/asio/awaitable.hpp>
#include <random>

#include "tests/fleet/system/connect.hpp"
#include "tests/fleet/system/identity.hpp"

namespace rootstock::fleet {

/// The gate's word.
struct GateWord {
  enum class What : std::uint8_t { go, wait, start_over } what = What::go;
  std::chrono::seconds again{0};  ///< of a wait
  std::string words;              ///< for the console, where it does not let the node go on
};

/// /proc/sys/kernel/random/boot_id of a kernel that starts: a UUID of version 4.
std::string new_boot_id(std::mt19937& random);

/// 403: no node has the address from which this was asked, or not the token with which it was said.
struct Refused : StepFailed {
  using StepFailed::StepFailed;
};

struct Heartbeat {
  std::int64_t uptime = 0;
  double clock = 0;
  unsigned memory = 3500, total = 3792, oom = 0;
  std::int64_t root = 0;  ///< ms that a read of the root took
  std::string slurmd = "active";
};
struct BeatReply {
  std::chrono::seconds again{10};
  std::string order;  ///< "reboot", "poweroff"
};

/// Every call throws StepFailed when there is no answer, or not the one that init and the agent of a node
/// need.
class HeadLine {
 public:
  HeadLine(Call call, std::string generation, std::string boot_id, std::mt19937& random)
      : call_(call), generation_(std::move(generation)), boot_id_(std::move(boot_id)), random_(random) {}

  boost::asio::awaitable<std::int64_t> time();
  boost::asio::awaitable<GateWord> gate(const Identity& identity);
  boost::asio::awaitable<std::vector<std::uint8_t>> overlay();
  /// `more`: "&link=3", what only this step tells.
  boost::asio::awaitable<void> step(std::string_view step, std::int64_t seconds, std::string_view more = "");
  boost::asio::awaitable<void> up(std::int64_t seconds, std::string_view slurmd);
  boost::asio::awaitable<BeatReply> beat(const Heartbeat& beat);
  boost::asio::awaitable<void> down(std::string_view how);
  /// The head hears of it another time when it does not answer.
  boost::asio::awaitable<void> trouble(std::string_view text);

  /// Out of the node's overlay.
  void use_token(std::string token) { token_ = std::move(token); }

 private:
  boost::asio::awaitable<std::string> get(std::string what);
  boost::asio::awaitable<std::string> post(std::string what, std::string form);
  boost::asio::awaitable<std::vector<std::uint8_t>> answer(Call call, std::string method, std::string what,
                                                           std::string form);
  std::string proof() const;

  Call call_;
  std::string generation_, boot_id_, token_;
  std::mt19937& random_;
};

}  // namespace rootstock::fleet
