#include "server/slurm/watch.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

#include "rootfs/process.hpp"
#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto pace = 10s;
/// Slurm's own MessageTimeout is 10 s, and sinfo tries more than once. One question at a time: a controller
/// that hangs costs one process.
constexpr auto patience = 8s;

struct Said {
  bool answered = false;
  SlurmNodes nodes;
  std::string why_not;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Said ask_controller(const std::atomic<bool>& stopping) {
  rootfs::RunOptions options;
  options.environment = {{"SLURM_TIME_FORMAT", "standard"}, {"LC_ALL", "C"}};
  options.stop = [&stopping, end = Clock::now() + patience] { return stopping || Clock::now() > end; };
  const auto done = rootfs::run({"sinfo", "--noheader", "--Node", "--format", sinfo_format}, options);
  if (!done) return {false, {}, done.error().what};
  if (done->stopped) return {false, {}, "it did not answer in time"};
  if (done->status != 0) return {false, {}, first_line(done->errors)};
  return {true, parse_sinfo(done->output), {}};
}

}  // namespace

struct SlurmWatch::Impl {
  Impl(asio::io_context& event_loop, bool enable) : loop(event_loop), timer(event_loop), enabled(enable) {}

  void ask() {
    asio::post(*helper, [this] {
      auto said = ask_controller(stopping);
      if (!stopping) asio::post(loop, [this, said = std::move(said)]() mutable { hear(std::move(said)); });
    });
  }

  void hear(Said said) {
    if (!asked || said.answered != answers) {
      since = Clock::now();
      if (!said.answered)
        log::warning("Slurm's controller does not answer: {}", said.why_not);
      else if (asked)
        log::info("Slurm's controller answers again");
    }
    asked = true;
    answers = said.answered;
    if (said.answered) nodes = std::move(said.nodes);
    timer.expires_after(pace);
    timer.async_wait([this](boost::system::error_code error) {
      if (!error && !stopping) ask();
    });
  }

  asio::io_context& loop;
  asio::steady_timer timer;
  bool enabled, asked = false, answers = false;
  std::optional<Moment> since;
  SlurmNodes nodes;
  std::atomic<bool> stopping = false;
  std::optional<asio::thread_pool> helper;  // last: it is joined before what its work uses goes
};

SlurmWatch::SlurmWatch(asio::io_context& loop, bool enabled) : impl_(std::make_unique<Impl>(loop, enabled)) {}
SlurmWatch::~SlurmWatch() { stop(); }

void SlurmWatch::start() {
  if (!impl_->enabled || impl_->helper) return;
  impl_->helper.emplace(1);
  impl_->ask();
}

/// Ends a question under way: its process is ended, too.
void SlurmWatch::stop() {
  impl_->stopping = true;
  impl_->timer.cancel();
}

bool SlurmWatch::enabled() const { return impl_->enabled; }
bool SlurmWatch::answers() const { return impl_->answers; }
std::optional<SlurmWatch::Moment> SlurmWatch::since() const { return impl_->since; }

const SlurmNode* SlurmWatch::find(std::string_view name) const {
  const auto found = impl_->nodes.find(name);
  return found == impl_->nodes.end() ? nullptr : &found->second;
}

std::optional<std::string> SlurmWatch::state_of(std::string_view name) const {
  const auto* node = find(name);
  return node == nullptr ? std::nullopt : std::optional{node->shown};
}

}  // namespace rootstock::server
