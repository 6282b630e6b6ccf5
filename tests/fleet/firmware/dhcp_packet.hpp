#pragma once
// A DHCP client's packets (RFC 2131 figure 1): building a request byte by byte as one firmware does it, and
// taking a reply apart.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fleet/firmware/bytes.hpp"
#include "tests/fleet/firmware/frame.hpp"

namespace rootstock::fleet {

namespace option {
constexpr std::uint8_t mask = 1, router = 3, requested = 50, lease = 51, overload = 52, type = 53,
                       server = 54, prl = 55, max_size = 57, vendor_class = 60, client_id = 61,
                       tftp_name = 66, boot_file = 67, user_class = 77, arch = 93, undi = 94, uuid = 97,
                       vendor = 43, ipxe = 175, end = 255;
}
enum class DhcpType : std::uint8_t { discover = 1, offer = 2, request = 3, ack = 5, nak = 6 };

constexpr std::uint16_t dhcp_client_port = 68, dhcp_server_port = 67, binl_port = 4011;

struct DhcpRequest {
  std::uint32_t xid = 0;
  std::uint16_t secs = 0, flags = 0;
  Ipv4 ciaddr{}, siaddr{};
  Mac mac{};
  std::vector<std::uint8_t> options;  ///< after the cookie, the end mark included
  std::size_t pad_to = 0;             ///< zeros after the end mark up to this payload size
};
std::vector<std::uint8_t> emit(const DhcpRequest& request);

/// Options in the order they are added in.
class Options {
 public:
  Options& add(std::uint8_t code, Bytes value);
  Options& add(std::uint8_t code, std::initializer_list<std::uint8_t> value);
  Options& add(std::uint8_t code, std::string_view text);
  Options& add(std::uint8_t code, Ipv4 address);
  Options& add(DhcpType type);
  std::vector<std::uint8_t> end();

 private:
  std::vector<std::uint8_t> bytes_;
};

struct DhcpReply {
  std::optional<DhcpType> type;
  std::uint8_t hops = 0;
  Ipv4 yiaddr, siaddr, giaddr;
  std::string sname, file;
  std::map<std::uint8_t, std::vector<std::uint8_t>> options;  ///< the first of each code

  Ipv4 source;  ///< IP source address, and the card it came from
  Mac source_mac;

  bool has(std::uint8_t code) const { return options.contains(code); }
  std::string text(std::uint8_t code) const;
  std::optional<Ipv4> address(std::uint8_t code) const;  ///< of exactly four bytes
  std::string boot_file() const;                         ///< 67, else `file`; trailing NULs are no part of it
};

/// A reply to our `xid` and `mac` on the client's port; `overload`: this client looks into file and sname
/// (RFC 2132 9.3). Nothing when it is another's, or broken.
std::optional<DhcpReply> reply_in(const Datagram& datagram, std::uint32_t xid, const Mac& mac, bool overload);

}  // namespace rootstock::fleet
