#pragma once
// Where boot loaders with several protocols fetch files.

#include <string>
#include <string_view>

#include "tests/fleet/firmware/loaded.hpp"
#include "tests/fleet/firmware/tftp_client.hpp"

namespace rootstock::fleet {

/// By HTTP through the caller's TCP, by TFTP with the board's own client.
class Fetcher {
 public:
  Fetcher(Machine& machine, TftpStyle tftp) : machine_(machine), tftp_(std::move(tftp)) {}

  Task<Fetched> http(std::string url, Want want);
  Task<Fetched> tftp(Ipv4 server, std::string path, Want want);

 private:
  Machine& machine_;
  TftpStyle tftp_;
};

}  // namespace rootstock::fleet
