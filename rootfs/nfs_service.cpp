#include "rootfs/nfs_service.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>
#include <utility>

#include "rootfs/ganesha_config.hpp"
#include "rootfs/ganesha_log.hpp"
#include "rootfs/null_call.hpp"
#include "rootfs/supervisor.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

// A small head under a boot storm answers late; only silence for long means that it hangs.
constexpr auto answer_patience = std::chrono::seconds(5);
constexpr std::uint16_t first_free_port = 1024;
constexpr auto port_patience = std::chrono::milliseconds(2000), port_pause = std::chrono::milliseconds(100);

bool is_installed(const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/sbin:/usr/bin:/sbin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  return false;
}

/// Only a try: Ganesha itself would say it in five lines that name no address.
Result<void, Failure> check_port(asio::io_context& loop, const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  tcp::acceptor acceptor(loop);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1, error);
  if (!error) return {};
  const auto place = fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
  if (error == asio::error::address_in_use)
    return fail("NFS cannot use " + place + ": another program listens there",
                fmt::format("find it with `ss -ltnp sport = :{}`, or change ports.nfs", endpoint.port()));
  return fail("NFS cannot use " + place + ": " + error.message(), "see `ip address` and network.address");
}

/// A folder that the server's account may write to.
Result<void, Failure> make_folder(const fs::path& folder, const std::string& user, const std::string& group) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(fmt::format("cannot make {}: {}", folder.string(), error.message()));
  const passwd* account = ::getpwnam(user.c_str());
  const ::group* members = ::getgrnam(group.c_str());
  if (account == nullptr || members == nullptr)
    return fail(fmt::format("there is no account {}:{}", user, group));
  if (::chown(folder.c_str(), account->pw_uid, members->gr_gid) != 0)
    return fail(fmt::format("cannot give {} to {}: {}", folder.string(), user, std::strerror(errno)));
  return {};
}

asio::awaitable<bool> converse(tcp::socket& socket, tcp::endpoint endpoint) {
  constexpr std::uint32_t xid = 0x726f6f74;
  const auto question = null_call(xid);
  std::array<std::uint8_t, null_reply_size> reply{};
  const auto [refused] = co_await socket.async_connect(endpoint, as_values);
  if (refused) co_return false;
  const auto [unsent, sent] = co_await asio::async_write(socket, asio::buffer(question), as_values);
  if (unsent) co_return false;
  const auto [unanswered, got] = co_await asio::async_read(socket, asio::buffer(reply), as_values);
  co_return !unanswered && is_null_reply(reply, xid);
}

}  // namespace

struct NfsService::Impl {
  Impl(asio::io_context& event_loop, NfsOptions given, Tell say)
      : loop(event_loop),
        options(std::move(given)),
        tell(std::move(say)),
        folder(options.run / "nfs"),
        endpoint(asio::ip::address_v4(options.address.value), options.port),
        supervisor(loop, program(), tell) {}

  Program program() {
    Program nfs;
    nfs.name = "the NFS server";
    nfs.argv = {options.program,          "-F", "-f", config().string(), "-L", "STDERR", "-p",
                (folder / "pid").string()};
    // File handles are opened by number, which needs CAP_DAC_READ_SEARCH; nothing is ever written.
    nfs.options.rights = Rights{options.user, options.group, {CAP_DAC_READ_SEARCH}};
    if (options.port < first_free_port) nfs.options.rights->capabilities.push_back(CAP_NET_BIND_SERVICE);
    nfs.options.capture = true;
    nfs.on_line = [this](std::string_view line) {
      const auto [severity, words] = read_ganesha_line(line);
      if (!words.empty()) tell(severity, fmt::format("NFS: {}", words));
    };
    nfs.probe = [this] { return ping(); };
    nfs.on_ready = options.on_ready;
    nfs.stop_grace = std::chrono::seconds(5);
    return nfs;
  }

  fs::path config() const { return folder / "ganesha.conf"; }

  Result<void, Failure> prepare() {
    if (!is_installed(options.program))
      return fail(options.program + " is not installed", "apt-get install nfs-ganesha nfs-ganesha-vfs");
    if (!fs::is_directory(options.images))
      return fail("there is no folder " + options.images.string(), "make it, or change paths.state");
    const auto text = ganesha_config(
        {options.address, options.port, options.images, folder / "clients", options.minor_version_0});
    if (!text) return tl::unexpected{text.error()};
    for (const auto& path : {folder, folder / "clients"})
      if (auto done = make_folder(path, options.user, options.group); !done) return done;
    if (auto done = write_file(config(), *text, fs::perms(0644)); !done) return done;
    return check_port_soon();
  }

  /// A server that died a moment ago, with a keeper that was killed, may still be ending and hold its port.
  Result<void, Failure> check_port_soon() {
    auto checked = check_port(loop, endpoint);
    for (auto waited = 0ms; !checked && waited < port_patience; waited += port_pause) {
      std::this_thread::sleep_for(port_pause);
      checked = check_port(loop, endpoint);
    }
    return checked;
  }

  /// One NULL call over a connection of its own.
  asio::awaitable<bool> ping() {
    tcp::socket socket(loop);
    asio::steady_timer limit(loop, answer_patience);
    const auto first = co_await (converse(socket, endpoint) || limit.async_wait(asio::use_awaitable));
    co_return first.index() == 0 && std::get<0>(first);
  }

  asio::io_context& loop;
  NfsOptions options;
  Tell tell;
  fs::path folder;
  tcp::endpoint endpoint;
  Supervisor supervisor;
};

NfsService::NfsService(asio::io_context& loop, NfsOptions options, Tell tell)
    : impl_(std::make_unique<Impl>(loop, std::move(options), std::move(tell))) {}
NfsService::~NfsService() = default;

Result<void, Failure> NfsService::start() {
  if (auto done = impl_->prepare(); !done) return done;
  impl_->supervisor.start();
  return {};
}

asio::awaitable<void> NfsService::stop() { return impl_->supervisor.stop(); }

}  // namespace rootstock::rootfs
