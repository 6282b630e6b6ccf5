#include "tests/fleet/system/seat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include "tests/fleet/system/head_line.hpp"
#include "tests/fleet/system/http_client.hpp"

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;

constexpr std::uint8_t udp = 17;

BoardSpec spec_of(const Player& player, bool keep) {
  auto spec = player.spec;
  spec.keep = keep;
  return spec;
}

void append(std::vector<Frame>& frames, std::vector<Frame> more) {
  std::move(more.begin(), more.end(), std::back_inserter(frames));
}

}  // namespace

Seat::Seat(Player player, Surroundings around, Tick power_on_at)
    : player_(std::move(player)),
      around_(std::move(around)),
      board_(make_board(spec_of(player_, around_.keep))),
      power_on_at_(power_on_at),
      random_(player_.spec.seed) {}

bool Seat::cable_passes() {
  if (player_.port_learns > Tick{} && around_.now() - link_up_at_ < player_.port_learns) return false;
  return player_.loss <= 0 || std::uniform_real_distribution<>{}(random_) >= player_.loss;
}

void Seat::on_frame(Bytes frame) {
  if (powered_at_) board_->on_frame(frame, around_.now());
  if (lent_ && is_arp(frame)) append(frames_, lent_->on_arp(frame));
}

void Seat::on_kernel_frame(Bytes frame) {
  if (lent_) append(frames_, lent_->on_kernel_frame(frame, around_.now()));
}

void Seat::on_timer() {
  const auto now = around_.now();
  if (power_on_at_ && *power_on_at_ <= now) {
    power_on_at_.reset();
    if (!powered_at_) powered_at_ = now;
    board_->power_on(now);
  }
  if (const auto due = board_->deadline(); due && *due <= now) board_->on_timer(now);
  if (lent_) append(frames_, lent_->on_timer(now));
}

/// The link goes down when firmware starts, and again when the kernel takes over the card.
void Seat::watch_link() {
  const auto& progress = board_->progress();
  const bool starts = progress.boots != boots_seen_;
  const bool kernel = progress.stage == Stage::kernel && stage_seen_ != Stage::kernel;
  stage_seen_ = progress.stage;
  if (starts || kernel) link_up_at_ = around_.now();
  if (!kernel) return;
  kernel_at_ = around_.now();
  link_up_at_ += player_.spec.kernel_takes;
  boot_id_ = new_boot_id(random_);
}

/// What follows from the board's new state.
void Seat::settle() {
  watch_link();
  const auto stage = board_->progress().stage;
  if (board_->progress().boots != boots_seen_ || stage == Stage::off) {
    if (std::exchange(boots_seen_, board_->progress().boots) != 0 || stage == Stage::off) hang_up();
  }
  if (auto request = board_->take_web_request()) fetch(std::move(*request));
  if (board_->handover() && !node_runs_ && stage == Stage::handed_over && around_.goal == Goal::up)
    start_node();
  if (!reached_at_ && has_arrived()) {
    reached_at_ = around_.now();
    files_ = board_->files();
    if (around_.goal != Goal::up && player_.well_behaved) board_->power_off(around_.now());
  }
  append(frames_, board_->take_frames());
}

bool Seat::has_arrived() const {
  const auto stage = board_->progress().stage;
  // Firmware of a kind that nobody serves wants an address, and gets no further.
  const bool only_address = player_.spec.persona == Persona::unknown;
  if (only_address || around_.goal == Goal::dhcp)
    return stage > Stage::firmware_dhcp && (stage != Stage::dead || only_address);
  if (around_.goal == Goal::kernel) return stage >= Stage::kernel && stage != Stage::dead;
  return story_->up_at.has_value();
}

void Seat::fetch(WebRequest request) {
  const auto url = Url::parse(request.url);
  if (!url) {
    board_->on_web({0, "not an http URL with an address: " + request.url, 0, "", {}}, around_.now());
    return;
  }
  lend(request.address, request.mask, url->host);
  cancel_ = std::make_shared<asio::cancellation_signal>();
  auto work = [](Call call, HttpAsk what, std::uint32_t seed) -> asio::awaitable<WebReply> {
    std::mt19937 random(seed);
    WebReply reply;
    try {
      reply = co_await ask(call, what, random);
    } catch (const StepFailed& failed) {
      reply.failure = failed.what();
    }
    co_return reply;
  };
  const Call call{request.address, url->host, url->port, any_port};
  const HttpAsk what{request.method, url->path, "", request.wants_body};
  asio::co_spawn(around_.loop, work(call, what, player_.spec.seed),
                 asio::bind_cancellation_slot(
                     cancel_->slot(), [this, mine = cancel_](std::exception_ptr error, WebReply reply) {
                       if (cancel_ != mine) return;  // the board was reset meanwhile
                       if (error) reply = {0, "cut off", 0, "", {}};
                       lent_->defend(false);  // the firmware is back; TCP still says goodbye
                       cancel_.reset();
                       board_->on_web(std::move(reply), around_.now());
                       on_change(*this);
                     }));
}

void Seat::start_node() {
  const auto& handover = *board_->handover();
  const auto words = HeadWords::parse(handover.words);
  if (!words) {
    story_->failure = "the kernel line lacks rootstock.head= or rootstock.boot=";
    return;
  }
  node_runs_ = true;
  lend(handover.address, handover.mask, words->head);
  cancel_ = std::make_shared<asio::cancellation_signal>();
  NodeBoot boot{handover,
                around_.appetite,
                identity_of(player_.spec),
                player_.fault,
                boot_id_,
                kernel_at_,
                around_.now,
                [this] { on_change(*this); },
                player_.spec.seed + board_->progress().boots};
  boot.handover.files.clear();
  asio::co_spawn(around_.loop, live(std::move(boot), story_),
                 asio::bind_cancellation_slot(cancel_->slot(),
                                              [this, mine = cancel_](std::exception_ptr error, NodeEnd end) {
                                                if (cancel_ != mine) return;  // the power went meanwhile
                                                cancel_.reset();
                                                on_node_end(error ? NodeEnd::reboot : end);
                                                on_change(*this);
                                              }));
}

void Seat::on_node_end(NodeEnd end) {
  const auto now = around_.now();
  if (end == NodeEnd::reboot) power_on_at_ = now;
  if (end == NodeEnd::off) board_->power_off(now);
  if (end != NodeEnd::needs_lease) return;
  hang_up();
  board_->ask_again(now);
}

/// The board was reset or lost its power: whoever spoke for it falls silent.
void Seat::hang_up() {
  node_runs_ = false;
  lent_.reset();
  if (const auto cancel = std::exchange(cancel_, nullptr)) cancel->emit(asio::cancellation_type::terminal);
}

void Seat::lend(Ipv4 address, Ipv4 mask, Ipv4 head) {
  address_ = address;
  if (!lent_ || lent_->address() != address) lent_.emplace(player_.spec.mac, address);
  lent_->defend(true);
  on_address(*this, address, mask, head);
}

std::optional<Tick> Seat::deadline() const {
  std::optional<Tick> next = power_on_at_;
  const auto sooner = [&next](std::optional<Tick> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  sooner(board_->deadline());
  if (lent_) sooner(lent_->deadline());
  return next;
}

std::vector<Frame> Seat::take_frames() {
  auto frames = std::exchange(frames_, {});
  std::erase_if(frames, [this](auto&) { return !cable_passes(); });
  return frames;
}

bool Seat::wants_for_kernel(Bytes frame) const {
  if (!lent_) return false;
  const auto ip = ip_header(frame);
  return ip && ip->target == lent_->address() && ip->protocol != udp;
}

bool Seat::take_arrival() { return reached_at_ && !std::exchange(arrival_told_, true); }

std::string Seat::why_not_there() const {
  if (reached_at_) return {};
  const auto& progress = board_->progress();
  if (!story_->failure.empty() && progress.stage == Stage::handed_over) return story_->failure;
  if (!progress.failure.empty()) return progress.failure;
  if (progress.stage == Stage::handed_over) return "was still " + story_->stage;
  if (progress.stage == Stage::firmware_dhcp) return "no answer to its DISCOVER that it could use";
  return fmt::format("was still in {}{}", name_of(progress.stage),
                     progress.last_file.empty() ? "" : ", the last file was " + progress.last_file);
}

BoardOutcome Seat::outcome() const {
  const auto& progress = board_->progress();
  BoardOutcome out;
  out.name = player_.name;
  out.group = player_.group;
  out.dialect = name_of(player_.spec.persona);
  out.mac = player_.spec.mac;
  out.address = address_;
  out.counts = player_.well_behaved;
  out.powered_at = powered_at_;
  out.reached_at = reached_at_;
  out.stage = progress.stage == Stage::handed_over ? story_->stage : std::string(name_of(progress.stage));
  out.failure = why_not_there();
  out.label = story_->label;
  out.firmware = progress;
  out.node_retries = story_->retries;
  out.waits = story_->waits;
  out.node_bytes = story_->bytes;
  out.timeline = progress.timeline;
  out.timeline.insert(out.timeline.end(), story_->timeline.begin(), story_->timeline.end());
  std::stable_sort(out.timeline.begin(), out.timeline.end(), [](auto& a, auto& b) { return a.at < b.at; });
  return out;
}

}  // namespace rootstock::fleet
