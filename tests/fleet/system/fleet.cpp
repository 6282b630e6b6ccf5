#include "tests/fleet/system/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "tests/fleet/system/bridge.hpp"
#include "tests/fleet/system/farewell.hpp"
#include "tests/fleet/system/keep.hpp"
#include "tests/fleet/system/rival.hpp"
#include "tests/fleet/system/root_reader.hpp"
#include "tests/fleet/system/seat.hpp"

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;

/// The subnet is learnt from the first board that got an address; its mask says how large it is.
Subnet subnet_of(Ipv4 address, Ipv4 mask) { return Subnet::of(address, std::popcount(mask.value)); }

std::string words_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& what) {
    return what.what();
  } catch (...) {
    return "unknown error";
  }
}

class Fleet {
 public:
  Fleet(const FleetOptions& options, Nic nic, Playground ground)
      : options_(options),
        ground_(std::move(ground)),
        cable_(loop_, clock_, std::move(nic), ground_.nic(), options.up, options.down),
        wake_up_(loop_),
        end_(loop_),
        hello_(loop_),
        signals_(loop_, SIGINT, SIGTERM),
        random_(options.seed) {}

  FleetOutcome run() {
    seat_everybody();
    cable_.start({[this](Bytes frame) { on_frame(frame); }, [this](Bytes frame) { on_kernel_frame(frame); }});
    end_.expires_at(clock_.at(options_.timeout));
    end_.async_wait([this](boost::system::error_code error) {
      if (!error) leave(false);
    });
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (!error) leave(stays_);
    });
    if (has_spanning_tree()) say_hello();
    wake();
    loop_.run();
    return outcome();
  }

 private:
  void seat_everybody();
  void on_frame(Bytes frame);
  bool give(Seat& seat, Bytes frame, bool kernel_has_it = false);
  void on_kernel_frame(Bytes frame);
  void wake();
  void after(Seat& seat);
  void schedule(Seat& seat);
  void set_alarm(Tick at);
  void lend(Seat& seat, Ipv4 address, Ipv4 mask, Ipv4 head);
  void let_rival_answer(Seat& seat, Bytes frame);
  bool has_spanning_tree() const;
  void say_hello();
  void all_there();
  void stay();
  void leave(bool in_time);
  void stop(bool in_time);
  asio::awaitable<void> verify();
  asio::awaitable<void> verify(Seat& seat, Content& content);
  FleetOutcome outcome() const;

  const FleetOptions& options_;
  FleetClock clock_;
  asio::io_context loop_{1};
  Playground ground_;
  Cable cable_;
  asio::steady_timer wake_up_, end_, hello_;
  asio::signal_set signals_;
  std::mt19937 random_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::multimap<Mac, Seat*> by_mac_;  ///< twins are two of one address
  std::map<Ipv4, Seat*> lent_;        ///< who had the address last; whether it still has is the seat's matter
  std::set<std::pair<Tick, Seat*>> agenda_;
  std::optional<Tick> wake_at_;
  std::size_t missing_ = 0;
  FleetOutcome outcome_;
  Rival rival_;
  bool stays_ = false, ended_ = false;
};

void Fleet::seat_everybody() {
  std::uniform_int_distribution<Tick::rep> start(0, options_.start_within.count());
  for (const auto& player : options_.players) {
    Seat::Surroundings around{loop_, [this] { return clock_.now(); }, options_.goal, options_.appetite,
                              options_.keep.has_value()};
    seats_.push_back(std::make_unique<Seat>(player, around, Tick{start(random_)}));
    auto& seat = *seats_.back();
    seat.on_address = [this](Seat& one, Ipv4 address, Ipv4 mask, Ipv4 head) {
      lend(one, address, mask, head);
    };
    seat.on_change = [this](Seat& one) { after(one); };
    by_mac_.emplace(seat.board().mac(), &seat);
    if (player.well_behaved) ++missing_;
    schedule(seat);
  }
}

void Fleet::on_frame(Bytes frame) {
  const auto target = target_mac(frame);
  if (target.bytes[0] & 1) {
    for (auto& seat : seats_) give(*seat, frame);
    return;
  }
  const auto [first, last] = by_mac_.equal_range(target);
  bool kernel_has_it = false;
  for (auto one = first; one != last; ++one) kernel_has_it |= give(*one->second, frame, kernel_has_it);
}

/// True when it went to this machine's TCP: of twins, whom it serves both, only once.
bool Fleet::give(Seat& seat, Bytes frame, bool kernel_has_it) {
  if (!seat.cable_passes()) return false;
  const bool for_kernel = seat.wants_for_kernel(frame);
  if (for_kernel && !kernel_has_it)
    cable_.to_kernel(frame);
  else if (!for_kernel)
    seat.on_frame(frame);
  after(seat);
  return for_kernel;
}

void Fleet::on_kernel_frame(Bytes frame) {
  const auto ip = ip_header(frame);
  const auto found = ip ? lent_.find(ip->source) : lent_.end();
  if (found == lent_.end()) return;
  found->second->on_kernel_frame(frame);
  after(*found->second);
}

/// Everybody whose time has come, once.
void Fleet::wake() {
  const auto now = clock_.now();
  wake_at_ = now;  // while it rings nobody needs to set it
  std::vector<Seat*> due;
  for (auto at = agenda_.begin(); at != agenda_.end() && at->first <= now; ++at) due.push_back(at->second);
  for (auto* seat : due) {
    seat->on_timer();
    after(*seat);
  }
  wake_at_.reset();
  if (!agenda_.empty()) set_alarm(agenda_.begin()->first);
}

void Fleet::set_alarm(Tick at) {
  wake_at_ = at;
  wake_up_.expires_at(clock_.at(at));
  wake_up_.async_wait([this](boost::system::error_code error) {
    if (!error && !ended_) wake();
  });
}

void Fleet::after(Seat& seat) {
  seat.settle();
  for (auto& frame : seat.take_frames()) {
    if (seat.player().hears_rival) let_rival_answer(seat, frame);
    cable_.send(std::move(frame));
  }
  schedule(seat);
  if (!seat.take_arrival()) return;
  if (options_.keep) keep_files(*options_.keep, seat.name(), seat.files());
  if (seat.player().well_behaved && --missing_ == 0) all_there();
}

void Fleet::schedule(Seat& seat) {
  const auto next = seat.deadline();
  if (seat.scheduled == next) return;
  if (seat.scheduled) agenda_.erase({*seat.scheduled, &seat});
  if (next) agenda_.insert({*next, &seat});
  seat.scheduled = next;
  if (next && (!wake_at_ || *next < *wake_at_)) set_alarm(*next);
}

void Fleet::lend(Seat& seat, Ipv4 address, Ipv4 mask, Ipv4 head) {
  lent_[address] = &seat;
  if (auto done = ground_.open(subnet_of(address, mask), head); !done) {
    outcome_.differences.push_back(done.error().what);
    stop(false);
  }
}

/// It is on the same switch, so the board hears it before the head has heard the board.
void Fleet::let_rival_answer(Seat& seat, Bytes frame) {
  if (auto answer = rival_.answer(frame))
    asio::post(loop_, [this, &seat, said = std::move(*answer)] { give(seat, said); });
}

bool Fleet::has_spanning_tree() const {
  return std::ranges::any_of(options_.players, [](auto& one) { return one.port_learns > Tick{}; });
}

void Fleet::say_hello() {
  cable_.send(bridge_hello());
  hello_.expires_after(hello_time);
  hello_.async_wait([this](boost::system::error_code error) {
    if (!error) say_hello();
  });
}

void Fleet::all_there() {
  outcome_.took = clock_.now();
  if (options_.goal != Goal::up) return stop(true);
  asio::co_spawn(loop_, verify(), [this](std::exception_ptr error) {
    if (error) outcome_.differences.push_back("the content could not be checked: " + words_of(error));
    stay();
  });
}

void Fleet::stay() {
  if (options_.stay == Tick{}) return leave(true);
  stays_ = true;
  end_.expires_at(clock_.at(clock_.now() + options_.stay));
  end_.async_wait([this](boost::system::error_code error) {
    if (!error) leave(true);
  });
}

/// A head on a wire goes on without us, and would call its nodes lost.
void Fleet::leave(bool in_time) {
  if (options_.is_tap) return stop(in_time);
  asio::co_spawn(loop_, say_farewell(seats_, random_),
                 [this, in_time](std::exception_ptr) { stop(in_time); });
}

void Fleet::stop(bool in_time) {
  if (std::exchange(ended_, true)) return;
  outcome_.in_time = in_time;
  if (!in_time) outcome_.took = clock_.now();
  loop_.stop();
}

/// Once per generation, from the address of a board that is up.
asio::awaitable<void> Fleet::verify() {
  std::map<std::string, std::pair<Seat*, Content>> generations;
  for (auto& seat : seats_) {
    const auto& story = seat->story();
    if (!story.up_at) continue;
    auto& [reader, content] = generations[story.label];
    // A board whose power has gone since then has no address to read from.
    if (!reader || (seat->lent_address() && seat->board().handover())) reader = seat.get();
    for (auto& what : content.compare(seat->files(), seat->name()))
      outcome_.differences.push_back(std::move(what));
    for (const auto& piece : story.pieces)
      if (auto what = content.compare(piece, seat->name()))
        outcome_.differences.push_back(seat->name() + ": " + *what);
  }
  for (auto& [label, one] : generations) co_await verify(*one.first, one.second);
}

asio::awaitable<void> Fleet::verify(Seat& seat, Content& content) {
  const auto label = seat.story().label;
  if (!seat.lent_address() || !seat.board().handover()) {
    outcome_.differences.push_back(label + " could not be checked: nobody who has booted it is up any more");
    co_return;
  }
  try {
    const auto words = HeadWords::parse(seat.board().handover()->words);
    const Call call{seat.lent_address()->address(), words->head, words->nfs, nfs_ports};
    auto client = co_await NfsClient::mount(call, "the fleet's check", random_);
    auto verdict = co_await verify_generation(client, label, content);
    co_await client.unmount();
    outcome_.checked.push_back(fmt::format("{}: {} and {} boot files, {} bytes over NFS", label, verdict.root,
                                           content.boot_files().size(), verdict.bytes));
    for (auto& what : verdict.differences) outcome_.differences.push_back(std::move(what));
  } catch (const StepFailed& failed) {
    outcome_.differences.push_back(label + " could not be checked: " + failed.what());
  }
}

FleetOutcome Fleet::outcome() const {
  auto outcome = outcome_;
  outcome.goal = options_.goal;
  for (const auto& seat : seats_) outcome.boards.push_back(seat->outcome());
  outcome.frames_up = cable_.up().sent();
  outcome.lost_up = cable_.up().lost();
  outcome.frames_down = cable_.down().sent();
  outcome.lost_down = cable_.down().lost();
  if (!options_.is_tap) outcome.left_behind = known_as(seats_);
  outcome.overflowed = cable_.up().overflowed() + cable_.down().overflowed();
  return outcome;
}

}  // namespace

Result<FleetOutcome, Failure> play(const FleetOptions& options) {
  auto nic = options.is_tap ? Nic::tap(options.nic) : Nic::card(options.nic);
  if (!nic) return tl::unexpected(nic.error());
  auto ground = Playground::enter();
  if (!ground) return tl::unexpected(ground.error());
  return Fleet(options, std::move(*nic), std::move(*ground)).run();
}

}  // namespace rootstock::fleet
