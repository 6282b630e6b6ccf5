// Reaches every parser a stranger's datagram can reach: packets, options, names. Property: what emit wrote,
// parse reads back equal; a path that was let through stays below its root; agreed terms fit the wire.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "tftp/negotiation.hpp"
#include "tftp/packet.hpp"
#include "tftp/request_path.hpp"

using namespace rootstock::tftp;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_request(const Request& request) {
  if (const auto path = request_path(request.name)) {
    require(!path->empty() && path->front() != '/' && path->find("//") == std::string::npos);
    require(("/" + *path + "/").find("/../") == std::string::npos);
    require(request_path(*path).value() == *path);
  }
  if (const auto terms = negotiate(request.options, 12345, Limits{})) {
    require(terms->block_size >= 8 && terms->block_size <= 1468);
    require(terms->window >= 1 && terms->window * (terms->block_size + data_header_size) <= 65507);
    if (!terms->option_ack.empty()) require(parse(terms->option_ack).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto packet = parse(std::as_bytes(std::span{data, size}));
  if (!packet) return 0;
  const auto again = emit(*packet);
  require(parse(again).value() == *packet);
  if (const auto* read = std::get_if<ReadRequest>(&*packet)) check_request(*read);
  if (const auto* write = std::get_if<WriteRequest>(&*packet)) check_request(*write);
  return 0;
}
