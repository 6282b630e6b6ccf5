#include "server/cli/power_round.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <thread>

#include "server/cli/admin_client.hpp"
#include "server/cli/print.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto pace = 1s, slurm_pace = 3s;

volatile std::sig_atomic_t interrupted = 0;
void interrupt(int) { interrupted = 1; }

/// Down, and not drained: Slurm takes such a node back by itself when it registers after its next boot
/// (ReturnToService=2), whoever switches it on, and whether we still run then or not.
Result<void, Failure> take_off(const Marks& marks, const std::string& reason) {
  auto names = marks.waiting;
  names.insert(names.end(), marks.sent_down.begin(), marks.sent_down.end());
  auto done = take_down(marks.sent_down, reason + ": off until it boots");
  return done ? undrain(names) : done;
}

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

PowerRound::PowerRound(Context& context, const Settings& settings, PowerWish wish)
    : context_(context),
      settings_(settings),
      wish_(std::move(wish)),
      reason_(wish_.goal == Goal::off ? "rootstock shutdown" : "rootstock reboot") {}

PowerRound::End PowerRound::run() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, interrupt);
  begun_ = Clock::now();
  asked_at_ = unix_now();
  if (!begin()) return End::not_begun;
  for (turn(); !all_over(); turn()) {
    for (auto slept = 0ms; slept < pace && interrupted == 0; slept += 100ms)
      std::this_thread::sleep_for(100ms);
    if (interrupted != 0) {
      call_off();
      return End::interrupted;
    }
  }
  show_end();
  const bool well = std::ranges::all_of(
      travellers_, [](const auto& entry) { return entry.second.errand.phase() == Errand::Phase::done; });
  return well ? End::well : End::some_failed;
}

bool PowerRound::begin() {
  if (!find_nodes() || !look_at_slurm_first()) return false;
  const auto now = Clock::now();
  for (const auto& name : wish_.nodes) {
    const bool by_slurm = slurm_reboots(name);
    travellers_.emplace(name, Traveller{Errand{wish_.goal, by_slurm, now, wish_.timeout}, "", by_slurm,
                                        may_mark(name) && !by_slurm});
  }
  if (slurm_) caretaker_.emplace([reason = reason_](const Marks& left) { take_off(left, reason); });
  return tell_slurm();
}

/// Names and MACs of nodes that are there; for "all", or where none was named, every seat with a board.
bool PowerRound::find_nodes() {
  const auto answer = ask(context_, "/nodes");
  if (!answer) return false;
  std::map<std::string, std::string> known;  // by name and by MAC: its name
  for (const auto& entry : list_of(answer->as_object(), "nodes")) {
    const auto& node = entry.as_object();
    const auto name = text_of(node, "name"), stage = text_of(node, "stage");
    known[name] = known[text_of(node, "mac")] = name;
    // The root of a node that was denied while it ran is on this machine as well.
    const bool runs_on = wish_.goal == Goal::off && text_of(node, "boot_stage") == "up";
    const bool passed_over = stage == "vacant" || stage == "waiting" || (stage == "denied" && !runs_on);
    if (!passed_over && !text_of(node, "address").empty())
      boots_[name] = {stage, number_of(node, "boot_started")};
  }
  bool all = wish_.nodes.empty();
  std::set<std::string> names;
  for (const auto& word : wish_.nodes) {
    const auto mac = Mac::parse(word);
    const auto found = known.find(mac ? mac->text() : word);
    if (word == "all") {
      all = true;
    } else if (found != known.end()) {
      names.insert(found->second);
    } else {
      context_.failed({"there is no node '" + word + "'", "`rootstock nodes` lists them"}, exit_bad_input);
      return false;
    }
  }
  if (all)
    for (const auto& [name, boot] : boots_) names.insert(name);
  wish_.nodes.assign(names.begin(), names.end());
  return true;
}

bool PowerRound::look_at_slurm_first() {
  if (!settings_.slurm.enabled) return true;
  auto picture = look_at_slurm();
  if (picture) {
    slurm_ = std::move(*picture);
    slurm_seen_ = Clock::now();
    return true;
  }
  if (wish_.now) {
    fmt::print(stderr, "rootstock: Slurm has no say: {}\n", picture.error().what);
    return true;
  }
  context_.failed({"nobody knows which jobs run: " + picture.error().what,
                   picture.error().hint + "; --now does not ask for jobs"});
  return false;
}

bool PowerRound::slurm_reboots(const std::string& name) const {
  if (wish_.goal != Goal::reboot || wish_.now || !slurm_) return false;
  if (const auto boot = boots_.find(name); boot != boots_.end() && boot->second.first == "off") return false;
  const auto node = slurm_->nodes.find(name);
  return node != slurm_->nodes.end() && node->second.registered();
}

/// Who was drained by somebody, for a reason of theirs, stays so. One of ours may be left from a round that
/// was killed.
bool PowerRound::may_mark(const std::string& name) const {
  if (!slurm_) return false;
  const auto node = slurm_->nodes.find(name);
  if (node == slurm_->nodes.end()) return false;
  const bool drained = node->second.state == "drained" || node->second.state == "draining";
  return !drained || node->second.reason.starts_with("rootstock ");
}

bool PowerRound::tell_slurm() {
  std::vector<std::string> marked, rebooted, ended;
  for (const auto& [name, traveller] : travellers_) {
    if (traveller.marked) marked.push_back(name);
    if (traveller.by_slurm) rebooted.push_back(name);
    if (wish_.now && slurm_ && slurm_->nodes.contains(name)) ended.push_back(name);
  }
  if (caretaker_) caretaker_->remember({marked, {}});
  auto done = drain(marked, reason_);
  // Its jobs end before the node does: those that can go back into the queue (JobRequeue) start again
  // elsewhere.
  if (done && wish_.now) done = take_down(ended, reason_);
  if (done) done = reboot_when_free(rebooted, reason_);
  if (!done) {
    if (!marked.empty()) static_cast<void>(undrain(marked));
    context_.failed(done.error());
  }
  slurm_seen_ = {};
  return done.has_value();
}

bool PowerRound::someone_waits_for_jobs() const {
  return std::ranges::any_of(
      travellers_, [](const auto& entry) { return entry.second.errand.phase() == Errand::Phase::jobs; });
}

/// A service that is restarted meanwhile, or a controller, is waited for: what they said last holds.
void PowerRound::turn() {
  if (const auto answer = ask(settings_.paths.socket(), "/nodes"))
    for (const auto& entry : list_of(answer->as_object(), "nodes")) {
      const auto& node = entry.as_object();
      boots_[text_of(node, "name")] = {text_of(node, "stage"), number_of(node, "boot_started")};
    }
  if (const auto answer = ask(settings_.paths.socket(), "/order")) {
    orders_.clear();
    for (const auto& entry : list_of(answer->as_object(), "orders")) {
      const auto& order = entry.as_object();
      orders_[text_of(order, "name")] = {text_of(order, "step"), text_of(order, "words")};
    }
  }
  if (slurm_ && someone_waits_for_jobs() && Clock::now() - slurm_seen_ >= slurm_pace) {
    if (auto picture = look_at_slurm()) slurm_ = std::move(*picture);
    slurm_seen_ = Clock::now();
  }
  std::vector<std::string> to_order;
  for (auto& [name, traveller] : travellers_)
    if (traveller.errand.look(glance(name), Clock::now()) == Errand::Need::order) to_order.push_back(name);
  if (caretaker_) caretaker_->remember(marks());
  give_orders(to_order);
  take_marks_off(false);
  show();
}

Glance PowerRound::glance(const std::string& name) const {
  Glance seen;
  if (const auto boot = boots_.find(name); boot != boots_.end()) {
    seen.stage = boot->second.first;
    seen.new_boot = boot->second.second > asked_at_;
  }
  const auto& traveller = travellers_.at(name);
  const bool ordered = !traveller.by_slurm && traveller.errand.phase() != Errand::Phase::jobs;
  if (const auto order = orders_.find(name); ordered && order != orders_.end())
    std::tie(seen.step, seen.words) = order->second;
  if (!slurm_ || wish_.now) return seen;
  if (const auto node = slurm_->nodes.find(name); node != slurm_->nodes.end()) seen.slurm = node->second;
  if (const auto jobs = slurm_->jobs.find(name); jobs != slurm_->jobs.end()) seen.jobs = jobs->second;
  return seen;
}

void PowerRound::give_orders(const std::vector<std::string>& names) {
  if (names.empty()) return;
  json::array nodes(names.begin(), names.end());
  const auto given = post(settings_.paths.socket(), "/order",
                          {{"nodes", std::move(nodes)},
                           {"order", wish_.goal == Goal::off ? "poweroff" : "reboot"},
                           {"timeout", wish_.timeout.count()}});
  for (const auto& name : names) orders_[name] = {"ordered", "ordered"};  // not one of an earlier day
  if (!given) fmt::print(stderr, "rootstock: {}\n", given.error().failure.what);
}

/// What is drained by us now. Whoever was not sent down yet, and stays, is as before when that is taken off.
Marks PowerRound::marks() const {
  Marks marks;
  for (const auto& [name, traveller] : travellers_) {
    if (!traveller.marked) continue;
    const bool sent_down = traveller.errand.phase() != Errand::Phase::jobs || wish_.now;
    (sent_down ? marks.sent_down : marks.waiting).push_back(name);
  }
  return marks;
}

void PowerRound::take_marks_off(bool all) {
  auto off = marks();
  const auto stays = [&](const std::string& name) {
    const auto& errand = travellers_.at(name).errand;
    return !all && !errand.over() && !(wish_.goal == Goal::reboot && errand.gone());
  };
  std::erase_if(off.waiting, stays);
  std::erase_if(off.sent_down, stays);
  for (const auto* names : {&off.waiting, &off.sent_down})
    for (const auto& name : *names) travellers_.at(name).marked = false;
  if (const auto done = take_off(off, reason_); !done) context_.failed(done.error());
  if (caretaker_) caretaker_->remember(marks());
}

void PowerRound::call_off() {
  take_marks_off(true);  // first: where the terminal is gone, nothing can be said any more
  fmt::print(
      stderr, "\nrootstock: no longer watched; what was ordered goes on.{}\n",
      wish_.goal == Goal::reboot ? " `scontrol cancel_reboot NODES` calls off what waits for jobs" : "");
}

/// One line per thing that changed, for all nodes that it is true of.
void PowerRound::show() {
  std::map<std::string, std::vector<std::string>> news;
  for (auto& [name, traveller] : travellers_) {
    if (traveller.told == traveller.errand.words()) continue;
    traveller.told = traveller.errand.words();
    news[traveller.told].push_back(name);
  }
  if (context_.json) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun_).count();
  for (const auto& [words, names] : news) fmt::print("{:>5} s  {}: {}\n", seconds, fold(names), words);
  std::fflush(stdout);
}

void PowerRound::show_end() const {
  json::array nodes;
  std::vector<std::string> failed;
  for (const auto& [name, traveller] : travellers_) {
    const bool well = traveller.errand.phase() == Errand::Phase::done;
    nodes.push_back({{"name", name}, {"done", well}, {"words", traveller.errand.words()}});
    if (!well) failed.push_back(name);
  }
  if (context_.json) {
    fmt::print("{}\n", json::serialize(json::object{{"nodes", std::move(nodes)}}));
    return;
  }
  fmt::print("{} of {} node{} {}\n", travellers_.size() - failed.size(), travellers_.size(),
             travellers_.size() == 1 ? "" : "s", wish_.goal == Goal::off ? "off" : "up again");
  if (!failed.empty())
    fmt::print(stderr, "rootstock: not {}: {}\n", wish_.goal == Goal::off ? "off" : "back", fold(failed));
}

bool PowerRound::all_over() const {
  return std::ranges::all_of(travellers_, [](const auto& entry) { return entry.second.errand.over(); });
}

}  // namespace rootstock::server
