#include "server/worker/worker.hpp"

#include <sys/prctl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <utility>

#include "config/file.hpp"
#include "dhcp/service.hpp"
#include "dhcp/service_proxy.hpp"
#include "server/admission/metering.hpp"
#include "server/boot/view.hpp"
#include "server/http/admin_head.hpp"
#include "server/http/admin_nodes.hpp"
#include "server/http/admin_power.hpp"
#include "server/http/admin_queue.hpp"
#include "server/http/admin_seats.hpp"
#include "server/http/admin_site.hpp"
#include "server/http/admin_story.hpp"
#include "server/http/listener.hpp"
#include "server/http/node_site.hpp"
#include "server/keeper/pin_sender.hpp"
#include "server/keeper/ready.hpp"
#include "server/links/neighbour.hpp"
#include "server/links/spanning_tree.hpp"
#include "server/log/log.hpp"
#include "server/nodes/front_desk.hpp"
#include "server/nodes/overlays.hpp"
#include "server/nodes/random_ids.hpp"
#include "server/nodes/seat_leases.hpp"
#include "server/nodes/seats.hpp"
#include "server/nodes/sleep.hpp"
#include "server/nodes/vigil.hpp"
#include "server/power/power_desk.hpp"
#include "server/privileges/privileges.hpp"
#include "server/proxy/introductions.hpp"
#include "server/slurm/watch.hpp"
#include "server/state/state.hpp"
#include "server/worker/as_root.hpp"
#include "server/worker/options.hpp"
#include "server/worker/parting.hpp"
#include "tftp/service.hpp"

namespace rootstock::server {
namespace {

/// Everything the worker is made of, each built once, in the order in which one needs the other.
class Worker {
  template <class Act>
  auto with_dhcp(Act act) {
    return proxy_ ? act(*proxy_) : act(*dhcp_);
  }

 public:
  Worker(const Settings& settings, boost::asio::io_context& loop, std::unique_ptr<State> state,
         rootfs::SiteSecrets secrets)
      : loop_(loop),
        state_(std::move(state)),
        registry_(settings.nodes, settings.slurm.max_nodes,
                  seats_with_leases(state_->nodes(), state_->leases(), Time::clock::now()), settings.groups,
                  state_->last_number()),
        doorkeeper_(registry_, settings.admission.enabled, Bandwidth::of(settings.admission.bandwidth, 0)),
        metering_(loop, settings, doorkeeper_),
        reception_({registry_, doorkeeper_, save(), forget(), new_machine_id, addresses(settings)},
                   settings.nodes.join),
        seats_(settings, registry_, reception_, [this] { state_->commit({}, [](bool) {}); }),
        rounds_(loop),
        desk_(registry_, reception_, save()),
        view_(
            settings, registry_, [this](Node& node, const Failure& why) { desk_.on_cannot_boot(node, why); },
            ask_doorkeeper()),
        overlays_(settings, std::move(secrets), registry_, scratch_folder(settings), save(),
                  [this](auto done) { state_->commit({}, std::move(done)); }),
        vigil_(registry_, desk_, save()),
        node_site_(view_, registry_, desk_, overlays_, vigil_, ask_doorkeeper()),
        admin_head_(settings, view_, registry_, [this] { return counters(); }),
        admin_nodes_(view_, registry_, overlays_, slurm_),
        admin_seats_(settings, view_, registry_, seats_),
        admin_queue_(registry_, doorkeeper_),
        slurm_(loop, settings.slurm.enabled),
        spanning_tree_(loop),
        power_(loop, registry_, settings.network.interface),
        lookout_(settings, registry_, desk_, slurm_, spanning_tree_),
        chronicle_(
            registry_,
            [this](const Node& node, const BootRecord& boot, bool over) {
              return lookout_.conclude(node, boot, over);
            },
            [this](BootRow row) { state_->save_boot(std::move(row)); },
            content_of("/proc/sys/kernel/random/boot_id").value_or("")),
        admin_story_(registry_, lookout_, chronicle_,
                     [this](int number) { return state_->boots_of(number); }),
        pins_(desk_, settings.network.interface, take_pins_descriptor()),
        introductions_({registry_, pins_, view_, save()}, neighbours(settings),
                       std::chrono::steady_clock::now),
        beside_another_(settings.dhcp.mode == DhcpMode::proxy),
        tftp_(loop, tftp_options(settings), files(), desk_),
        parting_(loop, tftp_),
        node_http_(
            loop, [this](Request request) { return answer(std::move(request)); }, node_tally_),
        admin_http_(
            loop, [this](Request request) { return admin_site_.answer(std::move(request)); }, admin_tally_,
            admin_limits()) {
    admin_head_.register_at(admin_site_);
    admin_nodes_.register_at(admin_site_);
    admin_seats_.register_at(admin_site_);
    admin_queue_.register_at(admin_site_);
    admin_story_.register_at(admin_site_);
    chronicle_.restore(state_->boots(), {Time::clock::now(), Moment::clock::now()});
    doorkeeper_.on_held = [this](Node& node, const std::string& words) { desk_.on_held(node, words); };
    doorkeeper_.on_turn = [this](const Mac& mac) { with_dhcp([&](auto& dhcp) { dhcp.ask_again(mac); }); };
    add_power(admin_site_, registry_, power_);
    if (beside_another_)
      proxy_.emplace(loop, proxy_options(settings), desk_, introductions_);
    else
      dhcp_.emplace(loop, dhcp_options(settings), leases_of_seats(state_->leases(), state_->nodes()), desk_,
                    *state_, pins_, &pins_);
  }

  Result<void, Failure> open(const Settings& settings) {
    if (auto opened = with_dhcp([](auto& dhcp) { return dhcp.open(); }); !opened) return opened;
    if (auto opened = tftp_.open(); !opened) return opened;
    if (auto opened = spanning_tree_.open(settings.network.interface); !opened) return opened;
    if (auto http = node_http_.open_tcp(settings.network.address, settings.ports.http); !http) return http;
    return admin_http_.open_unix(settings.paths.socket(), settings.service.group);
  }

  void start() {
    seats_.declare_from_settings();  // not before: what is saved starts a thread
    with_dhcp([](auto& dhcp) { dhcp.start(); });
    tftp_.start();
    node_http_.start();
    go_round();
    vigil_.start(loop_);
    chronicle_.start(loop_);
    admin_http_.start();
    metering_.start();
    slurm_.start();
    spanning_tree_.start();
  }

  void leave() {
    parting_.then([this] { stop(); });
  }

 private:
  /// New boards first, then what running boots need.
  void stop() {
    with_dhcp([](auto& dhcp) { dhcp.stop(); });
    tftp_.stop();
    node_http_.stop();
    rounds_.cancel();
    vigil_.stop();
    chronicle_.stop();
    admin_http_.stop();
    metering_.stop();
    power_.stop();
    slurm_.stop();
    spanning_tree_.stop();
    loop_.stop();
  }

  std::function<void(const NodeRecord&)> save() {
    return [this](const NodeRecord& record) { state_->save(record); };
  }

  std::function<void(const NodeRecord&)> forget() {
    return [this](const NodeRecord& record) { state_->forget(record); };
  }

  View::Ask ask_doorkeeper() {
    return [this](Node& node, Gate gate) { return doorkeeper_.ask(node, gate, Moment::clock::now()); };
  }

  Addresses addresses(const Settings& settings) {
    if (settings.dhcp.mode == DhcpMode::proxy) return {};
    return {[this](Ipv4 address) { return dhcp_->is_free(address); },
            [this](Ipv4 address) { dhcp_->reserve(address); },
            [this](Ipv4 address) { dhcp_->free_seat(address); }};
  }

  void go_round() {
    rounds_.expires_after(std::chrono::seconds{5});
    rounds_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      // A clock is read twice, and a scheduler may come in between: that is no sleep.
      if (const auto slept = slept_so_far(); slept - slept_ > std::chrono::seconds{1})
        sleep_over(registry_, slept - std::exchange(slept_, slept));
      reception_.look_around({Time::clock::now(), Moment::clock::now()});
      go_round();
    });
  }

  static Introductions::Neighbour neighbours(const Settings& settings) {
    return [name = settings.network.interface](Ipv4 address) { return neighbour_at(name, address); };
  }

  /// Where another server gives the addresses, whoever asks for a file is looked up first.
  tftp::FileSource& files() {
    if (beside_another_) return introductions_;
    return view_;
  }

  boost::asio::awaitable<Answer> answer(Request request) {
    if (beside_another_) introductions_.meet(request.peer.address);
    return node_site_.answer(std::move(request));
  }

  AllCounters counters() {
    const auto& http = node_tally_.counts();
    return {{"dhcp", with_dhcp([](auto& dhcp) { return dhcp.counters(); })},
            {"tftp", tftp_.counters()},
            {"http", Counters(http.begin(), http.end())}};
  }

  boost::asio::io_context& loop_;
  std::unique_ptr<State> state_;
  Registry registry_;
  Doorkeeper doorkeeper_;
  Metering metering_;
  Reception reception_;
  Seats seats_;
  boost::asio::steady_timer rounds_;
  Moment::duration slept_ = slept_so_far();  ///< that was reckoned with
  FrontDesk desk_;
  View view_;
  Overlays overlays_;
  Vigil vigil_;
  NodeSite node_site_;
  AdminHead admin_head_;
  AdminNodes admin_nodes_;
  AdminSeats admin_seats_;
  AdminQueue admin_queue_;
  AdminSite admin_site_;
  SlurmWatch slurm_;
  SpanningTreeListener spanning_tree_;
  PowerDesk power_;
  Lookout lookout_;
  Chronicle chronicle_;
  AdminStory admin_story_;
  PinSender pins_;
  Introductions introductions_;
  bool beside_another_;
  std::optional<dhcp::Service> dhcp_;
  std::optional<dhcp::ProxyService> proxy_;
  tftp::Service tftp_;
  Parting parting_;
  Tally node_tally_, admin_tally_;
  Listener node_http_, admin_http_;
};

/// All that needs root happens here, in this order; what comes back has none.
Result<std::unique_ptr<Worker>, Failure> prepare(const Settings& settings, boost::asio::io_context& loop) {
  raise_file_limit();
  auto secrets = read_secrets(settings);
  if (!secrets) return tl::unexpected{secrets.error()};
  if (auto settled = settle_network(settings); !settled) return tl::unexpected{settled.error()};
  auto state = State::open(settings.paths.database(), loop);
  if (!state) return tl::unexpected{state.error()};
  if (auto given = hand_over_files(settings); !given) return tl::unexpected{given.error()};
  auto worker = std::make_unique<Worker>(settings, loop, std::move(*state), std::move(*secrets));
  if (auto opened = worker->open(settings); !opened) return tl::unexpected{opened.error()};
  if (auto dropped = drop_privileges(settings.service.user, settings.service.group); !dropped)
    return tl::unexpected{dropped.error()};
  return worker;
}

}  // namespace

int run_worker(const Settings& settings) {
  ::prctl(PR_SET_NAME, "rootstock-work");  // not "exe", as the keeper starts it; 15 bytes at most
  log::set_up("worker", settings.service.log_level);
  boost::asio::io_context loop{1};
  auto worker = prepare(settings, loop);
  if (!worker) {
    log::error("{}", worker.error().what);
    if (!worker.error().hint.empty()) log::error("to do: {}", worker.error().hint);
    return 2;  // as for `rootstock check`: the host is not ready, and starting again would not change that
  }
  boost::asio::signal_set end{loop, SIGTERM, SIGINT};
  end.async_wait([&](boost::system::error_code error, int) {
    if (!error) (*worker)->leave();
  });
  (*worker)->start();
  report_ready();
  log::info(
      "serving {} on {} ({}){}", settings.cluster.name, settings.network.interface,
      settings.network.address.text(),
      settings.dhcp.mode == DhcpMode::proxy ? ", beside another DHCP server, which gives the addresses" : "");
  loop.run();
  log::info("stopped");
  return 0;
}

}  // namespace rootstock::server
