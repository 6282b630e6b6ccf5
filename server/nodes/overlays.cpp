#include "server/nodes/overlays.hpp"

#include <fmt/format.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "config/file.hpp"
#include "server/log/log.hpp"
#include "server/nodes/host_key.hpp"
#include "server/nodes/random_ids.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;

void add_keys(std::vector<std::string>& keys, const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) log::warning("authorized keys: cannot read {}: {}", file.string(), std::strerror(errno));
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line.front() != '#') keys.push_back(line);
}

}  // namespace

Result<rootfs::SiteSecrets, Failure> read_secrets(const Settings& settings) {
  rootfs::SiteSecrets secrets;
  if (settings.slurm.enabled) {
    auto key = content_of(settings.slurm.munge_key);
    if (!key || key->empty())
      return fail(fmt::format("cannot read the munge key {}: {}", settings.slurm.munge_key.string(),
                              key ? "the file is empty" : key.error().message()),
                  "install the package munge, which makes one, or set slurm.enabled = false");
    secrets.munge_key = std::move(*key);
  }
  for (const auto& file : settings.nodes.authorized_keys) add_keys(secrets.authorized_keys, file);
  return secrets;
}

Overlays::Overlays(const Settings& settings, rootfs::SiteSecrets secrets, Registry& registry,
                   std::filesystem::path scratch, std::function<void(const NodeRecord&)> save, Commit commit)
    : settings_(settings),
      secrets_(std::move(secrets)),
      registry_(registry),
      scratch_(std::move(scratch)),
      save_(std::move(save)),
      commit_(std::move(commit)) {}

asio::awaitable<Result<std::vector<rootfs::OverlayFile>, Failure>> Overlays::files(Node& node,
                                                                                   std::string generation) {
  const int seat = node.record.number;
  const auto ready = co_await ensure_host_key(node);
  if (!ready) co_return tl::unexpected{ready.error()};
  ensure_token(seat);
  const bool on_disk = co_await committed();
  if (!on_disk)
    co_return fail("the disk refuses the node's keys", "the service's log says why: journalctl -u rootstock");
  const auto found = registry_.nodes().find(seat);
  if (found == registry_.nodes().end()) co_return fail("the node has been forgotten meanwhile");
  const auto& record = found->second.record;
  rootfs::NodeIdentity identity{record.name, record.address, record.mac, record.machine_id, record.token, {}};
  identity.host_keys.push_back({"ed25519", record.host_secret, record.host_public});
  std::vector<rootfs::HostEntry> hosts;
  for (const auto& [number, other] : registry_.nodes())
    if (!other.record.address.unset()) hosts.push_back({other.record.name, other.record.address});
  co_return rootfs::overlay_files(settings_, secrets_, identity, hosts, generation);
}

void Overlays::ensure_token(int seat) {
  const auto found = registry_.nodes().find(seat);
  if (found == registry_.nodes().end() || !found->second.record.token.empty()) return;
  found->second.record.token = new_token();
  save_(found->second.record);
}

asio::awaitable<bool> Overlays::committed() {
  auto start = [this](auto handler) {
    auto kept = std::make_shared<decltype(handler)>(std::move(handler));
    commit_([kept](bool done) {
      // Never within the call that asked.
      asio::post(asio::get_associated_executor(*kept), [kept, done] { std::move (*kept)(done); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(std::move(start),
                                                                                     asio::use_awaitable);
}

asio::awaitable<Result<void, Failure>> Overlays::ensure_host_key(Node& node) {
  if (!node.record.host_secret.empty()) co_return Result<void, Failure>{};
  if (!helper_) helper_.emplace(1);
  const int seat = node.record.number;
  const auto make = [](std::filesystem::path scratch,
                       std::string name) -> asio::awaitable<Result<rootfs::HostKey, Failure>> {
    co_return make_host_key(scratch, name);
  };
  auto key = co_await asio::co_spawn(*helper_, make(scratch_, node.record.name), asio::use_awaitable);
  if (!key) co_return tl::unexpected{key.error()};
  const auto found = registry_.nodes().find(seat);
  // Forgotten meanwhile, or a second request was quicker.
  if (found == registry_.nodes().end() || !found->second.record.host_secret.empty())
    co_return Result<void, Failure>{};
  auto& record = found->second.record;
  record.host_secret = std::move(key->secret);
  record.host_public = std::move(key->open);
  save_(record);
  co_return Result<void, Failure>{};
}

}  // namespace rootstock::server
