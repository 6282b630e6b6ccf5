#pragma once
// The six packets of TFTP (RFC 1350, 2347) as values; bytes become one at the door and bytes again at the
// door.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "config/result.hpp"

namespace rootstock::tftp {

using Bytes = std::span<const std::byte>;

/// RFC 1350 appendix, RFC 2347. Unknown numbers are data: a client may send any.
enum class ErrorCode : std::uint16_t {
  undefined = 0,  ///< the text says what it is
  not_found = 1,
  access_violation = 2,
  disk_full = 3,
  illegal_operation = 4,
  unknown_transfer = 5,
  file_exists = 6,
  no_such_user = 7,
  option_refused = 8,
};

struct Option {
  std::string_view name, value;
  bool operator==(const Option&) const = default;
};

// Texts and payloads of a parsed packet are views into the datagram it was parsed from.
struct Request {
  std::string_view name, mode;
  std::vector<Option> options;
  bool operator==(const Request&) const = default;
};
struct ReadRequest : Request {};
struct WriteRequest : Request {};
struct Data {
  std::uint16_t block = 0;
  Bytes payload;
  bool operator==(const Data& other) const;
};
struct Ack {
  std::uint16_t block = 0;
  bool operator==(const Ack&) const = default;
};
struct Error {
  ErrorCode code = ErrorCode::undefined;
  std::string_view text;
  bool operator==(const Error&) const = default;
};
struct OptionAck {
  std::vector<Option> options;
  bool operator==(const OptionAck&) const = default;
};

using Packet = std::variant<ReadRequest, WriteRequest, Data, Ack, Error, OptionAck>;

enum class ParseError : std::uint8_t { truncated, unknown_opcode, endless_text, no_name, no_mode };
std::string_view text(ParseError error);

Result<Packet, ParseError> parse(Bytes datagram);

/// Whether the datagram was meant as a request, well-formed or not: such a client waits for an answer.
bool looks_like_request(Bytes datagram);

std::vector<std::byte> emit(const Packet& packet);

/// The four bytes in front of a DATA payload; `out` has room for them.
inline constexpr std::size_t data_header_size = 4;
void write_data_header(std::uint16_t block, std::byte* out);

}  // namespace rootstock::tftp
