#pragma once
// One DHCP message as a value (RFC 2131 2), parsed from bytes and emitted as bytes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/address.hpp"
#include "config/result.hpp"
#include "dhcp/option.hpp"
#include "dhcp/wire.hpp"

namespace rootstock::dhcp {

enum class MessageType : std::uint8_t {
  discover = 1,
  offer,
  request,
  decline,
  ack,
  nak,
  release,
  inform,
};

/// "DISCOVER", "OFFER" ...; a number no RFC names is told as "type 77".
std::string name_of(MessageType type);

constexpr std::uint8_t boot_request = 1, boot_reply = 2;  ///< `op`
constexpr std::uint16_t broadcast_flag = 0x8000;

struct Message {
  std::uint8_t op = boot_request;
  std::uint8_t hardware_type = 1;    ///< htype; 1 is Ethernet
  std::uint8_t hardware_length = 6;  ///< hlen
  std::uint8_t hops = 0;
  std::uint32_t xid = 0;
  std::uint16_t secs = 0;
  std::uint16_t flags = 0;
  Ipv4 client_ip;                           ///< ciaddr
  Ipv4 your_ip;                             ///< yiaddr
  Ipv4 next_server;                         ///< siaddr
  Ipv4 relay;                               ///< giaddr
  std::array<std::uint8_t, 16> hardware{};  ///< chaddr
  std::string server_name;                  ///< sname, up to its first NUL
  std::string file;                         ///< up to its first NUL
  Options options;

  std::optional<MessageType> type() const;
  Mac mac() const;
  void set_mac(const Mac& mac);
  bool broadcast() const { return (flags & broadcast_flag) != 0; }

  bool operator==(const Message&) const = default;
};

enum class ParseError : std::uint8_t {
  truncated,       ///< shorter than the fixed fields and the magic cookie
  no_cookie,       ///< BOOTP, or not DHCP at all
  option_overrun,  ///< an option says it is longer than what is left
  option_length,   ///< an option of fixed size has another
};

std::string_view words_for(ParseError error);

/// Joins split options (RFC 3396) and reads options out of `file` and `sname` when option 52 says so. The
/// options area may end without an end mark, as some clients' do.
Result<Message, ParseError> parse(Bytes bytes);

/// Appends the message to `out`, padded to BOOTP's 300 bytes, which relays and old firmware expect (RFC
/// 1542 2.1). Never overloads: the Raspberry Pi's firmware does not read it. `file` and `sname` are cut to
/// their fields.
void emit(const Message& message, std::vector<std::uint8_t>& out);
std::size_t wire_size(const Message& message);

}  // namespace rootstock::dhcp
