#pragma once
// What stands in a request line and in a form: percent-coded words (RFC 3986 2.1, WHATWG URL 5.1).

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rootstock::server {

using Form = std::map<std::string, std::string>;

struct Target {
  std::string
      path;  ///< relative, decoded, normalised: no "..", no empty or "." segment, no control character
  Form query;
};

/// Also of the whole form "http://head/path". None: the target is not an absolute path, or leaves it.
std::optional<Target> parse_target(std::string_view target);

/// application/x-www-form-urlencoded. Pairs that cannot be decoded are left out; the first of equal names
/// counts.
Form parse_form(std::string_view text);

}  // namespace rootstock::server
