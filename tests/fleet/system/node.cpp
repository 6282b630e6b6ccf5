#include "tests/fleet/system/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "tests/fleet/firmware/sha256.hpp"
#include "tests/fleet/system/http_client.hpp"
#include "tests/fleet/system/root_reader.hpp"

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

constexpr Tick patience{600'000'000};  // of init, for one step
constexpr Tick patience_with_refusal{
    30'000'000};  // of init, for an overlay that is refused: only a new boot gets it

/// As in init: every byte, so no table of safe ones is needed.
std::string form_text(std::string_view text) {
  std::string out;
  for (const unsigned char byte : text) out += fmt::format("%{:02x}", byte);
  return out;
}

struct StartOver {};

class Node {
 public:
  Node(NodeBoot boot, std::shared_ptr<NodeStory> story)
      : boot_(std::move(boot)), story_(std::move(story)), random_(boot_.seed) {}

  asio::awaitable<bool> run() {
    try {
      co_await insist("reading the kernel line", &Node::read_kernel_line);
      co_await insist("setting the clock", &Node::take_clock);
      co_await insist("fetching the overlay", &Node::fetch_overlay);
      co_await insist("reading its root over NFS", &Node::read_root);
      co_await insist("telling the head that it is up", &Node::report_up);
    } catch (const StartOver&) {
      ++story_->start_overs;
      note("reboots, to start over");
      co_return false;
    }
    story_->stage = "up";
    story_->up_at = boot_.now();
    note("up with " + head_.boot);
    co_return true;
  }

 private:
  void note(std::string what) { story_->timeline.push_back({boot_.now(), std::move(what)}); }

  asio::awaitable<void> insist(std::string doing, asio::awaitable<void> (Node::*step)()) {
    story_->stage = doing;
    story_->failure.clear();
    begun_ = boot_.now();
    for (seconds pause{1};; pause = std::min(pause * 2, seconds{30})) {
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
      co_await tell_head();
      asio::steady_timer timer(co_await asio::this_coro::executor, pause);
      co_await timer.async_wait(asio::use_awaitable);
      if (boot_.now() - begun_ >= patience) throw StartOver{};
    }
  }

  asio::awaitable<void> tell_head() {
    HttpAsk trouble{"POST", "node/trouble",
                    "generation=" + form_text(head_.boot) + "&text=" + form_text(story_->failure)};
    try {
      if (!head_.head.unset()) co_await ask(to_head(), trouble, random_);
    } catch (const StepFailed&) {  // the head hears of it another time
    }
  }

  Call to_head() const { return {boot_.handover.address, head_.head, head_.http, any_port}; }

  asio::awaitable<void> read_kernel_line() {
    const auto words = HeadWords::parse(boot_.handover.words);
    if (!words) throw StepFailed("the kernel line lacks rootstock.head= or rootstock.boot=");
    head_ = *words;
    story_->label = head_.boot;
    co_return;
  }

  asio::awaitable<void> take_clock() {
    const HttpAsk question{"GET", "node/time", ""};
    const auto reply = co_await ask(to_head(), question, random_);
    const bool digits = !reply.body.empty() &&
                        std::all_of(reply.body.begin(), reply.body.end(),
                                    [](auto byte) { return (byte >= '0' && byte <= '9') || byte == '\n'; });
    if (reply.status != 200 || !digits) throw StepFailed(fmt::format("/node/time: status {}", reply.status));
  }

  asio::awaitable<void> fetch_overlay() {
    auto call = to_head();
    call.source = overlay_ports;
    const HttpAsk question{"GET", "node/overlay", ""};
    const auto reply = co_await ask(call, question, random_);
    if (reply.status == 403 && boot_.now() - begun_ >= patience_with_refusal) throw StartOver{};
    if (reply.status != 200)
      throw StepFailed(fmt::format("/node/overlay: status {}: {}", reply.status,
                                   std::string(reply.body.begin(), reply.body.end())));
    const bool is_gzip = reply.body.size() > 18 && reply.body[0] == 0x1f && reply.body[1] == 0x8b;
    if (!is_gzip) throw StepFailed("/node/overlay: that is no gzip'd archive");
    story_->bytes += reply.size;
    note(fmt::format("overlay here, {} bytes", reply.size));
  }

  asio::awaitable<void> read_root() {
    const Call call{boot_.handover.address, head_.head, head_.nfs, nfs_ports};
    auto client = co_await NfsClient::mount(call, boot_.handover.mac.text(), random_);
    note("mounted /images");
    story_->pieces = co_await read_of_root(client, head_.boot, boot_.appetite);
    story_->bytes += client.bytes_read();
    note(fmt::format("read {} pieces, {} bytes, of its root", story_->pieces.size(), client.bytes_read()));
    co_await client.unmount();
  }

  asio::awaitable<void> report_up() {
    const auto took = std::chrono::duration_cast<seconds>(boot_.now() - boot_.powered_at).count();
    const HttpAsk report{"POST", "node/up",
                         fmt::format("generation={}&kernel=fleet&seconds={}", form_text(head_.boot), took)};
    const auto reply = co_await ask(to_head(), report, random_);
    if (reply.status != 200) throw StepFailed(fmt::format("/node/up: status {}", reply.status));
  }

  NodeBoot boot_;
  std::shared_ptr<NodeStory> story_;
  std::mt19937 random_;
  HeadWords head_;
  Tick begun_{};
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

asio::awaitable<bool> boot_node(NodeBoot boot, std::shared_ptr<NodeStory> story) {
  Node node(std::move(boot), std::move(story));
  co_return co_await node.run();
}

}  // namespace rootstock::fleet
