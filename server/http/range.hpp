#pragma once
// The part of a file that an HTTP client asks for (RFC 9110 14).

#include <cstdint>
#include <optional>
#include <string_view>

namespace rootstock::server {

struct Span {
  std::uint64_t first = 0, length = 0;
  bool operator==(const Span&) const = default;
};

struct RangeAnswer {
  enum class Kind : std::uint8_t { whole, part, unsatisfiable } kind = Kind::whole;
  Span span;  ///< what to send; nothing when unsatisfiable
  bool operator==(const RangeAnswer&) const = default;
};

/// `header`: the value of Range, empty when there is none. A range that is malformed, in another unit, or one
/// of several is ignored, as RFC 9110 14.2 allows: the client gets the whole file and knows it by the status
/// 200.
RangeAnswer range_of(std::string_view header, std::uint64_t size);

}  // namespace rootstock::server
