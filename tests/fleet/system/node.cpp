#include "tests/fleet/system/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "tests/fleet/system/head_line.hpp"
#include "tests/fleet/system/overlay_reader.hpp"
#include "tests/fleet/system/root_reader.hpp"

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

constexpr Tick patience{600'000'000};  // of init, for one step
constexpr Tick patience_with_refusal{
    30'000'000};  // of init, for an overlay that is refused: only a new boot gets it

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// What ends this boot, from wherever it is thrown.
struct Over {
  NodeEnd how;
};

class Node {
 public:
  /// Whoever starts it has looked whether the kernel line says where the head is.
  Node(NodeBoot boot, std::shared_ptr<NodeStory> story)
      : boot_(std::move(boot)),
        story_(std::move(story)),
        head_(HeadWords::parse(boot_.handover.words).value()),
        random_(boot_.seed),
        line_({boot_.handover.address, head_.head, head_.http, any_port}, head_.boot, boot_.boot_id,
              random_) {}

  asio::awaitable<NodeEnd> run() {
    auto end = NodeEnd::reboot;
    try {
      co_await boot_up();
      end = co_await stay();
    } catch (const Over& over) {
      end = over.how;
    }
    co_return end;
  }

 private:
  asio::awaitable<void> boot_up() {
    story_->label = head_.boot;
    co_await insist("telling that it has an address", &Node::report_address);
    co_await insist("setting the clock", &Node::take_clock);
    co_await insist("asking whether it may go on", &Node::pass_gate);
    co_await insist("fetching the overlay", &Node::fetch_overlay);
    co_await insist("mounting " + head_.head.text() + ":/images", &Node::read_root);
    co_await insist("telling that it hands over", &Node::hand_over);
    co_await insist("telling the head that it is up", &Node::report_up);
    story_->stage = "up";
    note("up with " + head_.boot);
  }

  /// Up means up: the head has its first heartbeat as well.
  void arrive() {
    if (story_->up_at) return;
    story_->up_at = boot_.now();
    boot_.on_up();
  }

  void note(std::string what) { story_->timeline.push_back({boot_.now(), std::move(what)}); }

  std::int64_t seconds_up() const {
    return std::chrono::duration_cast<seconds>(boot_.now() - boot_.kernel_at).count();
  }

  asio::awaitable<void> pause(seconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
  }

  asio::awaitable<void> insist(std::string doing, asio::awaitable<void> (Node::*step)()) {
    story_->stage = doing;
    story_->failure.clear();
    begun_ = boot_.now();
    for (seconds next{1};; next = std::min(next * 2, seconds{30})) {
      std::string why;
      try {
        co_await (this->*step)();
        co_return;
      } catch (const StepFailed& failed) {
        why = failed.what();
      }
      story_->failure = doing + " failed: " + why;
      note(story_->failure);
      ++story_->retries;
      co_await line_.trouble(story_->failure);
      co_await pause(next);
      if (boot_.now() - begun_ >= patience) start_over();
    }
  }

  [[noreturn]] void start_over() {
    ++story_->start_overs;
    note("reboots, to start over");
    throw Over{NodeEnd::reboot};
  }

  asio::awaitable<void> report_address() {
    const auto link = std::chrono::duration_cast<seconds>(boot_.handover.asked_for).count();
    co_await line_.step("address", seconds_up(), fmt::format("&link={}", link));
  }

  asio::awaitable<void> take_clock() {
    const auto time = co_await line_.time();
    clock_ = {time, boot_.now()};
  }

  /// Its patience has no end here: somebody has to say yes.
  asio::awaitable<void> pass_gate() {
    using What = GateWord::What;
    for (GateWord word;;) {
      try {
        word = co_await line_.gate(boot_.identity);
      } catch (const Refused& refused) {
        take_another_address(refused.what());
      }
      if (word.what == What::go) co_return;
      if (std::exchange(waits_for_, word.words) != word.words) note("the gate: " + word.words);
      if (word.what == What::start_over) start_over();
      ++story_->waits;
      begun_ = boot_.now();
      co_await pause(word.again);
      if (boot_.now() - came_ >= boot_.handover.lease / 2) take_another_address("half of the lease is over");
    }
  }

  [[noreturn]] void take_another_address(const std::string& why) {
    note("asks for an address again: " + why);
    throw Over{NodeEnd::needs_lease};
  }

  asio::awaitable<void> fetch_overlay() {
    std::vector<std::uint8_t> archive;
    try {
      archive = co_await line_.overlay();
    } catch (const Refused&) {
      if (boot_.now() - begun_ >= patience_with_refusal) start_over();
      throw;
    }
    const auto files = read_overlay(archive);
    if (!files) throw StepFailed("/node/overlay: " + files.error());
    const auto token = files->find("etc/rootstock/token");
    if (token == files->end()) throw StepFailed("/node/overlay: there is no etc/rootstock/token in it");
    if ((token->second.mode & 077) != 0)
      throw StepFailed("/node/overlay: every user of the node may read its token");
    story_->token = first_line(token->second.content);
    story_->boot_id = boot_.boot_id;
    if (const auto host = files->find("etc/hostname"); host != files->end())
      story_->host = first_line(host->second.content);
    line_.use_token(story_->token);
    story_->bytes += archive.size();
    note(fmt::format("overlay here, {} bytes", archive.size()));
  }

  asio::awaitable<void> read_root() {
    if (boot_.fault == NodeFault::no_root) throw StepFailed("mount: mounting failed: Connection timed out");
    const Call call{boot_.handover.address, head_.head, head_.nfs, nfs_ports};
    const auto begun = boot_.now();
    auto client = co_await NfsClient::mount(call, boot_.handover.mac.text(), random_);
    note("mounted /images");
    co_await line_.step("root", seconds_up());
    story_->pieces = co_await read_of_root(client, head_.boot, boot_.appetite);
    story_->bytes += client.bytes_read();
    note(fmt::format("read {} pieces, {} bytes, of its root", story_->pieces.size(), client.bytes_read()));
    const auto pieces = static_cast<Tick::rep>(std::max<std::size_t>(story_->pieces.size(), 1));
    root_ms_ = (boot_.now() - begun).count() / 1000 / pieces;
    co_await client.unmount();
  }

  asio::awaitable<void> hand_over() { co_await line_.step("handover", seconds_up()); }

  std::string slurmd() const { return boot_.fault == NodeFault::slurm_silent ? "inactive" : "active"; }

  asio::awaitable<void> report_up() { co_await line_.up(seconds_up(), slurmd()); }

  /// The head's clock, as it was taken; an hour behind, where that is the fault.
  double clock() const {
    constexpr double hour = 3600;
    const auto since = std::chrono::duration<double>(boot_.now() - clock_.taken_at).count();
    return static_cast<double>(clock_.time) + since - (boot_.fault == NodeFault::wrong_clock ? hour : 0);
  }

  Heartbeat heartbeat() const {
    Heartbeat beat;
    beat.uptime = seconds_up();
    beat.clock = clock();
    beat.root = root_ms_;
    beat.slurmd = slurmd();
    if (boot_.fault == NodeFault::out_of_memory) {
      beat.memory = 11;
      beat.oom = 2;
    }
    return beat;
  }

  /// Until it is told to go. A head that does not answer is asked again as before: it may be restarting.
  asio::awaitable<NodeEnd> stay() {
    BeatReply reply;
    while (reply.order.empty()) {
      try {
        reply = co_await line_.beat(heartbeat());
        ++story_->beats;
        arrive();
        if (boot_.fault == NodeFault::lost) co_return NodeEnd::off;
      } catch (const StepFailed& failed) {
        if (std::exchange(story_->failure, failed.what()) != failed.what()) note(failed.what());
      }
      if (reply.order.empty()) co_await pause(reply.again);
    }
    const auto end = co_await obey(reply.order);
    co_return end;
  }

  asio::awaitable<NodeEnd> obey(std::string order) {
    note("is told to " + order);
    story_->stage = order;
    try {
      co_await line_.down(order);
    } catch (const StepFailed& failed) {  // nothing at the end of a system tries again
      note(failed.what());
    }
    const bool back = order == "reboot" && boot_.fault != NodeFault::never_back;
    co_return back ? NodeEnd::reboot : NodeEnd::off;
  }

  struct Clock {
    std::int64_t time = 0;
    Tick taken_at{};
  };

  NodeBoot boot_;
  std::shared_ptr<NodeStory> story_;
  HeadWords head_;
  std::mt19937 random_;
  HeadLine line_;
  Clock clock_;
  Tick begun_{}, came_ = boot_.now();
  std::string waits_for_;
  std::int64_t root_ms_ = 0;
};

}  // namespace

std::optional<HeadWords> HeadWords::parse(const std::vector<std::string>& words) {
  HeadWords found;
  std::optional<Ipv4> head;
  for (const auto& word : words) {
    const auto equals = std::min(word.find('='), word.size() - 1);
    const auto name = word.substr(0, equals), value = word.substr(equals + 1);
    if (name == "rootstock.head") head = Ipv4::parse(value);
    if (name == "rootstock.boot") found.boot = value;
    if (name == "rootstock.http") std::from_chars(value.data(), value.data() + value.size(), found.http);
    if (name == "rootstock.nfs") std::from_chars(value.data(), value.data() + value.size(), found.nfs);
  }
  if (!head || found.boot.empty()) return std::nullopt;
  found.head = *head;
  return found;
}

// g++ 12 inlines one half of asio's allocation of this coroutine's frame and not the other, and takes the two
// for a mismatched pair.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
asio::awaitable<NodeEnd> live(NodeBoot boot, std::shared_ptr<NodeStory> story) {
  Node node(std::move(boot), std::move(story));
  co_return co_await node.run();
}
#pragma GCC diagnostic pop

}  // namespace rootstock::fleet
