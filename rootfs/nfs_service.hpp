#pragma once
// NFS-Ganesha, started and kept running (edge: one process and its port).

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"
#include "rootfs/notice.hpp"

namespace rootstock::rootfs {

struct NfsOptions {
  Ipv4 address;
  std::uint16_t port = 2049;
  std::filesystem::path images;  ///< must exist; may be empty
  std::filesystem::path run;     ///< its configuration, process number and client list go to <run>/nfs
  std::string program = "ganesha.nfsd";
  std::string user = "nobody", group = "nogroup";
  bool minor_version_0 = false;    ///< see GaneshaExport
  std::function<void()> on_ready;  ///< each time it began to serve
};

class NfsService {
 public:
  NfsService(boost::asio::io_context& loop, NfsOptions options, Tell tell);
  ~NfsService();

  /// Fails when it could never serve: the port is taken, the program is missing, the configuration cannot be
  /// written.
  Result<void, Failure> start();
  /// Returns when the process is gone.
  boost::asio::awaitable<void> stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::rootfs
