#pragma once
// A mounted head, as one board sees it: NFSv4.1 over one TCP connection, one request at a time (edge:
// sockets). libnfs, Debian's 4.0, speaks no 4.1 and cannot be bound to a board's address.

#include <functional>
#include <string>
#include <vector>

#include "tests/fleet/system/connect.hpp"
#include "tests/fleet/system/nfs_codec.hpp"

namespace rootstock::fleet {

class NfsClient {
 public:
  /// EXCHANGE_ID, CREATE_SESSION, RECLAIM_COMPLETE. `name` is the node's own among all clients of this head.
  static boost::asio::awaitable<NfsClient> mount(Call call, std::string name, std::mt19937& random);

  struct File {
    nfs::Handle handle;
    nfs::StateId state{};
    std::uint64_t size = 0;
  };
  /// None when there is no such file or folder. `path` begins at the server's root: "images/compute/7".
  boost::asio::awaitable<std::optional<nfs::Handle>> find(std::string path);
  boost::asio::awaitable<std::optional<nfs::Handle>> find_in(const nfs::Handle& folder, std::string name);
  boost::asio::awaitable<std::vector<nfs::Results::Entry>> list(const nfs::Handle& folder);
  boost::asio::awaitable<File> open(const nfs::Handle& folder, const std::string& name);
  boost::asio::awaitable<std::vector<std::uint8_t>> read(const File& file, std::uint64_t offset,
                                                         std::uint32_t size);
  boost::asio::awaitable<void> close(const File& file);
  /// A whole file, in pieces of 128 KiB.
  using Sink = std::function<void(Bytes)>;
  boost::asio::awaitable<void> read_all(const nfs::Handle& folder, const std::string& name, const Sink& sink);
  boost::asio::awaitable<void> unmount();

  std::uint64_t bytes_read() const { return bytes_; }

 private:
  NfsClient(Stream stream, std::string name) : stream_(std::move(stream)), name_(std::move(name)) {}

  /// The reply of one call stays in reply_ until the next.
  boost::asio::awaitable<nfs::Results> call(const nfs::Compound& compound);
  /// A compound that begins with SEQUENCE on our slot.
  nfs::Compound in_session();
  /// One step of a path; no folder: the server's root.
  boost::asio::awaitable<std::optional<nfs::Handle>> step(std::optional<nfs::Handle> folder,
                                                          std::string name);
  static void expect(bool went_well, const nfs::Results& results, const std::string& what);

  Stream stream_;
  std::string name_;
  std::uint32_t xid_ = 1;
  std::uint64_t client_ = 0, bytes_ = 0;
  nfs::Slot slot_;
  std::vector<std::uint8_t> reply_;
};

}  // namespace rootstock::fleet
