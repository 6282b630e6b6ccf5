#pragma once
// Hears whether the switch runs a spanning tree (edge: a packet socket that the kernel filters). Where it
// does, a port passes nothing for half a minute after its board was switched on, and firmware has given up by
// then (NETBOOT-FACTS 1).

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "config/result.hpp"
#include "server/links/bpdu.hpp"

namespace rootstock::server {

/// A descriptor that hears nothing but BPDUs of one interface; needs root. -1: none is to be had.
int open_bridge_ear(const std::string& interface);
/// What lies ready there; never waits.
std::optional<Bpdu> next_bpdu(int ear);

class SpanningTreeListener {
 public:
  explicit SpanningTreeListener(boost::asio::io_context& loop);
  ~SpanningTreeListener();

  /// Needs root; start() does not.
  Result<void, Failure> open(const std::string& interface);
  void start();
  void stop();
  /// What a bridge said last; none: no bridge was heard since the start.
  std::optional<Bpdu> heard() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::server
