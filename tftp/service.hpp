#pragma once
// Port 69 and the transfers' own ports: many clients per system call, one timer for all.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"
#include "tftp/file_source.hpp"

namespace rootstock::tftp {

struct ServiceOptions {
  std::string interface;  ///< bound to it when not empty
  Ipv4 address;
  std::uint16_t port = 69;
};

class Service {
 public:
  Service(boost::asio::io_context& loop, ServiceOptions options, FileSource& files, Observer& observer);
  ~Service();

  /// Opens port 69; needs root for ports below 1024. Call before privileges are dropped.
  Result<void, Failure> open();
  void start();
  void stop();
  /// Nobody is heard any more who asks for a file; those who are in the middle of one go on.
  void turn_away();
  /// How many are, and have gone on with it in the last two seconds.
  std::size_t moving() const;

  /// Requests, transfers, bytes, refusals and malformed packets by kind, since start.
  std::map<std::string, std::uint64_t> counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::tftp
