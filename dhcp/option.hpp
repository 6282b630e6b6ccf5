#pragma once
// The options of one message: codes, payloads, joining and splitting (RFC 3396), and their one order on the
// wire.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/address.hpp"
#include "dhcp/wire.hpp"

namespace rootstock::dhcp {

/// The options this server reads or writes (RFC 2132 unless said). Every other code is kept raw.
enum class Code : std::uint8_t {
  pad = 0,
  subnet_mask = 1,
  router = 3,
  dns = 6,
  host_name = 12,
  domain_name = 15,
  broadcast_address = 28,
  vendor_options = 43,
  requested_ip = 50,
  lease_time = 51,
  overload = 52,
  message_type = 53,
  server_id = 54,
  parameter_list = 55,
  message = 56,
  max_size = 57,
  renewal_time = 58,
  rebinding_time = 59,
  vendor_class = 60,
  client_id = 61,
  tftp_server = 66,
  boot_file = 67,
  user_class = 77,   ///< RFC 3004; iPXE sends it raw
  relay_agent = 82,  ///< RFC 3046
  client_arch = 93,  ///< RFC 4578 2.1
  client_uuid = 97,  ///< RFC 4578 2.3
  ipxe = 175,        ///< iPXE's own encapsulated options
  end = 255,
};

/// Kept in the order in which they go out, so that equal options are equal bytes.
class Options {
 public:
  bool has(Code code) const { return entry(code) != nullptr; }
  std::optional<Bytes> find(Code code) const;
  /// Absent, or of another size than asked for: none. parse() has already refused wrong sizes of what we rely
  /// on.
  std::optional<std::uint8_t> u8(Code code) const;
  std::optional<std::uint16_t> u16(Code code) const;
  std::optional<std::uint32_t> u32(Code code) const;
  std::optional<Ipv4> address(Code code) const;
  /// Without the NULs that some clients append (RFC 2132 2).
  std::string_view text(Code code) const;

  void set(Code code, Bytes value);
  void set_u8(Code code, std::uint8_t value);
  void set_u32(Code code, std::uint32_t value);
  void set(Code code, Ipv4 address) { set_u32(code, address.value); }
  void set(Code code, const std::vector<Ipv4>& addresses);
  void set(Code code, std::string_view text);
  void erase(Code code);
  /// RFC 3396 7: an option that comes again continues the one before.
  void append(Code code, Bytes value);

  std::size_t count() const { return entries_.size(); }
  /// Size of what write() writes.
  std::size_t wire_size() const;
  /// RFC 3396 5: an option longer than 255 bytes is split. Writes no end mark.
  void write(Writer& out) const;

  bool operator==(const Options& other) const;

 private:
  struct Entry {
    Code code;
    std::uint32_t at, size;
  };
  const Entry* entry(Code code) const;
  Bytes value(const Entry& entry) const { return Bytes{bytes_}.subspan(entry.at, entry.size); }

  std::vector<Entry> entries_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace rootstock::dhcp
