#pragma once
// What makes a node itself, put together from the site's secrets, the node's row and the other nodes' names.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "rootfs/overlay.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// Reads the munge key and the public keys; needs root. A public key file that cannot be read is only a
/// warning.
Result<rootfs::SiteSecrets, Failure> read_secrets(const Settings& settings);

class Overlays {
 public:
  /// Calls back, later, when all that was saved is on the disk; with false when the disk refused.
  using Commit = std::function<void(std::function<void(bool)>)>;

  /// `scratch`: a folder that only the worker can read, where new host keys are made.
  Overlays(const Settings& settings, rootfs::SiteSecrets secrets, Registry& registry,
           std::filesystem::path scratch, std::function<void(const NodeRecord&)> save, Commit commit);

  /// A node that has no SSH host key yet gets its key for life, made beside the event loop. What comes back
  /// is on the disk: a node must not have a key or a token that a head killed now would not know.
  boost::asio::awaitable<Result<std::vector<rootfs::OverlayFile>, Failure>> files(Node& node,
                                                                                  std::string generation);

 private:
  boost::asio::awaitable<Result<void, Failure>> ensure_host_key(Node& node);
  void ensure_token(int seat);
  boost::asio::awaitable<bool> committed();

  const Settings& settings_;
  rootfs::SiteSecrets secrets_;
  Registry& registry_;
  std::filesystem::path scratch_;
  std::function<void(const NodeRecord&)> save_;
  Commit commit_;
  std::optional<boost::asio::thread_pool>
      helper_;  ///< from the first key on: root is given up while there is one thread
};

}  // namespace rootstock::server
