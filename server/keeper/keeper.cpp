#include "server/keeper/keeper.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <optional>
#include <utility>

#include "rootfs/nfs_service.hpp"
#include "rootfs/supervisor.hpp"
#include "server/keeper/pins.hpp"
#include "server/keeper/premises.hpp"
#include "server/keeper/ready.hpp"
#include "server/keeper/systemd.hpp"
#include "server/links/cluster_link.hpp"
#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;

constexpr int bad_host = 2;  // as for `rootstock check`: systemd does not start us again

void tell(rootfs::Severity severity, std::string_view line) {
  switch (severity) {
    case rootfs::Severity::debug: return log::write(log::Level::debug, line);
    case rootfs::Severity::info: return log::write(log::Level::info, line);
    case rootfs::Severity::warning: return log::write(log::Level::warning, line);
    case rootfs::Severity::error: return log::write(log::Level::error, line);
  }
}

int refuse(const Failure& failure) {
  log::error("{}", failure.what);
  if (!failure.hint.empty()) log::error("to do: {}", failure.hint);
  return bad_host;
}

rootfs::Program worker_program(const std::filesystem::path& settings_file) {
  rootfs::Program worker;
  worker.name = "the worker";
  worker.argv = {"/proc/self/exe", "--config", settings_file.string(), "serve", "--worker"};
  worker.options.ready_variable = ready_variable;
  worker.stop_grace =
      std::chrono::seconds{25};  // longer than it may take to part (server/worker/parting.hpp)
  return worker;
}

class Keeper {
 public:
  Keeper(const Settings& settings, const std::filesystem::path& settings_file)
      : settings_(settings),
        ends_(loop_, SIGTERM, SIGINT),
        link_(loop_, {settings.network.interface, settings.network.address, settings.network.subnet.prefix},
              [this] { on_link(); }),
        pins_(loop_, settings),
        nfs_(loop_, nfs_options(), tell),
        settings_file_(settings_file) {}

  int run() {
    ends_.async_wait([this](boost::system::error_code error, int) {
      if (!error) end(0);
    });
    if (const auto started = pins_.start(); !started) return refuse(started.error());
    link_.when_changed([this] { pins_.renew(); });
    worker_.emplace(loop_, worker(settings_file_), tell);
    if (const auto started = link_.start(); !started) return refuse(started.error());
    if (!link_.is_there()) {
      // systemd must not take the wait for an adapter for a start that hangs.
      notify_systemd("READY=1\nSTATUS=waiting for interface " + settings_.network.interface);
    }
    loop_.run();
    log::info("stopped");
    return status_;
  }

 private:
  rootfs::NfsOptions nfs_options() {
    rootfs::NfsOptions options;
    options.address = settings_.network.address;
    options.port = settings_.ports.nfs;
    options.images = settings_.paths.images();
    options.run = settings_.paths.run;
    options.on_ready = [this] {
      log::info("NFS serves {} on {}:{}", settings_.paths.images().string(), settings_.network.address.text(),
                settings_.ports.nfs);
      nfs_ready_ = true;
      announce();
    };
    return options;
  }

  rootfs::Program worker(const std::filesystem::path& settings_file) {
    auto program = worker_program(settings_file);
    program.options.handed_on.push_back(pins_.workers_end());
    program.on_ready = [this] {
      worker_ready_ = true;
      announce();
    };
    // The worker said why. One that served before may fail for a reason that passes; a first start may not.
    program.on_early_end = [this](int status) {
      if (worker_ready_ || ending_) return true;
      end(status == 0 ? 1 : status);
      return false;
    };
    return program;
  }

  void on_link() {
    if (std::exchange(started_, true)) {
      log::info("{} came back: the worker opens its ports anew", settings_.network.interface);
      pins_.renew();
      worker_->restart();
      return;
    }
    if (const auto started = nfs_.start(); !started) {
      end(refuse(started.error()));
      return;
    }
    worker_->start();
  }

  void announce() {
    if (nfs_ready_ && worker_ready_)
      notify_systemd("READY=1\nSTATUS=serving " + settings_.cluster.name + " on " +
                     settings_.network.interface);
  }

  /// The worker first, so that no new boot begins on an NFS server that is about to go.
  void end(int status) {
    if (std::exchange(ending_, true)) return;
    status_ = status;
    notify_systemd("STOPPING=1");
    log::debug("stopping");
    ends_.cancel();
    link_.stop();
    asio::co_spawn(loop_, stop_all(), asio::detached);
  }

  asio::awaitable<void> stop_all() {
    co_await worker_->stop();
    pins_.stop();
    co_await nfs_.stop();
    loop_.stop();
  }

  const Settings& settings_;
  asio::io_context loop_{1};
  asio::signal_set ends_;
  ClusterLink link_;
  Pins pins_;
  rootfs::NfsService nfs_;
  std::filesystem::path settings_file_;
  std::optional<rootfs::Supervisor> worker_;
  bool started_ = false, nfs_ready_ = false, worker_ready_ = false, ending_ = false;
  int status_ = 0;
};

}  // namespace

int run_keeper(const Settings& settings, const std::filesystem::path& settings_file) {
  log::set_up("keeper", settings.service.log_level);
  std::signal(SIGPIPE, SIG_IGN);
  if (::geteuid() != 0)
    return refuse({"rootstock serve needs root to open its ports, which it gives up then",
                   "use sudo, or systemctl start rootstock"});
  if (const auto made = make_folders(settings); !made) return refuse(made.error());
  const auto lock = InstanceLock::take(settings);
  if (!lock) return refuse(lock.error());
  const auto kept = keep_settings(settings, settings_file);
  if (!kept) return refuse(kept.error());
  return Keeper(settings, *kept).run();
}

}  // namespace rootstock::server
