#include "server/state/state.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "server/log/log.hpp"
#include "server/state/boots.hpp"
#include "server/state/database.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

/// A node saved without a commit waits this long for one to ride with.
constexpr auto node_patience = std::chrono::milliseconds(100);
/// After a refused write, nodes are tried again this much later.
constexpr auto retry_after = std::chrono::seconds(1);

/// Rows of stories in one write: some 4 kB each, and an acknowledgement may wait for it.
constexpr std::size_t boots_at_once = 16;

/// Someone who waits for the disk. The guard keeps the loop running until the answer is there.
struct Waiting {
  std::function<void(bool)> done;
  asio::executor_work_guard<asio::io_context::executor_type> guard;
};

/// By seat and start: the last save of a boot is the one that counts.
using Boots = std::map<std::pair<int, std::chrono::system_clock::time_point>, BootRow>;

/// What waits for the disk.
struct Queue {
  std::vector<dhcp::LeaseRecord> leases;
  std::vector<Waiting> waiting;
  std::map<int, NodeRecord> nodes;  // by number: the last save of a node is the one that counts
  Boots boots;

  bool idle() const { return nodes.empty() && boots.empty(); }
  bool empty() const { return waiting.empty() && idle(); }
};

}  // namespace

struct State::Impl {
  Impl(Database opened, asio::io_context& event_loop) : database(std::move(opened)), loop(event_loop) {}

  void run() {
    std::unique_lock lock(guard);
    for (;;) {
      wait_for_work(lock);
      if (queue.empty() && stopping) return;
      Queue taken = take();
      lock.unlock();
      const bool written = write(taken);
      lock.lock();
      if (!written) put_back(std::move(taken));
      if (!written && stopping && queue.waiting.empty())
        return;  // the disk will not get better before we end
    }
  }

  /// Everything, but of the boots only as many as go in one write.
  Queue take() {
    Queue taken = std::exchange(queue, {});
    while (taken.boots.size() > boots_at_once)
      queue.boots.insert(taken.boots.extract(std::prev(taken.boots.end())));
    return taken;
  }

  /// A commit wakes the writer at once; nodes alone wait a little for a commit to ride with.
  void wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto urgent = [this] { return stopping || !queue.waiting.empty(); };
    wake.wait(lock, [&] { return urgent() || !queue.idle(); });
    if (!urgent()) wake.wait_until(lock, nodes_due, urgent);
  }

  bool write(Queue& taken) {
    std::vector<NodeRecord> changed;
    changed.reserve(taken.nodes.size());
    for (const auto& [number, node] : taken.nodes) changed.push_back(node);
    std::vector<BootRow> stories;
    for (const auto& [key, boot] : taken.boots) stories.push_back(boot);
    const auto done = database.write(taken.leases, changed, stories);
    tell(done);
    if (!taken.waiting.empty())
      asio::post(loop, [ok = done.has_value(), waiting = std::move(taken.waiting)] {
        for (const auto& one : waiting) one.done(ok);
      });
    return done.has_value();
  }

  void tell(const Result<void, Failure>& done) {
    if (!done)
      log::limited("state", done.error().what + "; no lease is acknowledged meanwhile; " + done.error().hint);
    else if (refused)
      log::info("state is written to the disk again");
    refused = !done;
  }

  void put_back(Queue unwritten) {
    queue.nodes.merge(std::move(unwritten.nodes));  // keeps what was saved since
    queue.boots.merge(std::move(unwritten.boots));
    nodes_due = Clock::now() + retry_after;
  }

  /// Not before there is something to write: root is given up while the process has one thread. Called on
  /// the thread of the loop only.
  void start_writer() {
    if (!writer.joinable()) writer = std::thread([this] { run(); });
  }

  Database database;
  std::vector<dhcp::LeaseRecord> leases;
  std::vector<NodeRecord> nodes;
  int last_number = 0;
  std::vector<BootRow> boots;
  std::filesystem::path file;
  asio::io_context& loop;
  bool refused = false;  // only the writer looks at it

  std::mutex guard;  // of all below
  std::condition_variable wake;
  Queue queue;
  Clock::time_point nodes_due{};
  bool stopping = false;

  std::thread writer;
};

State::State(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<State>, Failure> State::open(const std::filesystem::path& file,
                                                    asio::io_context& loop) {
  auto database = Database::open(file);
  if (!database) return tl::unexpected{database.error()};
  auto leases = database->leases();
  if (!leases) return tl::unexpected{leases.error()};
  // A full disk is no reason not to start: the rows are believed then until they are written anew.
  static_cast<void>(database->settle_times(std::chrono::system_clock::now()));
  auto nodes = database->nodes();
  if (!nodes) return tl::unexpected{nodes.error()};
  auto boots = database->latest_boots();
  if (!boots) return tl::unexpected{boots.error()};
  const auto last_number = database->last_number();
  if (!last_number) return tl::unexpected{last_number.error()};
  auto impl = std::make_unique<Impl>(std::move(*database), loop);
  impl->leases = std::move(*leases);
  impl->last_number = *last_number;
  impl->nodes = std::move(*nodes);
  impl->boots = std::move(*boots);
  impl->file = file;
  return std::unique_ptr<State>(new State(std::move(impl)));
}

State::~State() {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  if (impl_->writer.joinable()) impl_->writer.join();
}

const std::vector<dhcp::LeaseRecord>& State::leases() const { return impl_->leases; }
const std::vector<NodeRecord>& State::nodes() const { return impl_->nodes; }
const std::vector<BootRow>& State::boots() const { return impl_->boots; }

Result<std::vector<BootRow>, Failure> State::boots_of(int number) const {
  return read_boots(impl_->file, number);
}

int State::last_number() const { return impl_->last_number; }

void State::forget(NodeRecord node) {
  node.name.clear();  // how Database::write() knows it
  {
    // Its boots go with it; those that wait here would be written after that.
    const std::lock_guard lock(impl_->guard);
    std::erase_if(impl_->queue.boots, [&](const auto& one) { return one.first.first == node.number; });
  }
  save(std::move(node));
}

void State::save(NodeRecord node) {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->start_writer();
    if (impl_->queue.idle()) impl_->nodes_due = Clock::now() + node_patience;
    const int number = node.number;
    impl_->queue.nodes.insert_or_assign(number, std::move(node));
  }
  impl_->wake.notify_one();
}

void State::save_boot(BootRow row) {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->start_writer();
    if (impl_->queue.idle()) impl_->nodes_due = Clock::now() + node_patience;
    const auto key = std::pair{row.number, row.started};
    impl_->queue.boots.insert_or_assign(key, std::move(row));
  }
  impl_->wake.notify_one();
}

void State::commit(std::vector<dhcp::LeaseRecord> changes, std::function<void(bool)> done) {
  {
    const std::lock_guard lock(impl_->guard);
    impl_->start_writer();
    auto& queue = impl_->queue;
    queue.leases.insert(queue.leases.end(), changes.begin(), changes.end());
    queue.waiting.push_back({std::move(done), asio::make_work_guard(impl_->loop)});
  }
  impl_->wake.notify_one();
}

}  // namespace rootstock::server
