#pragma once
// The fields of a node's report, cut to size before anything is kept or logged.

#include <optional>
#include <string>

#include "server/http/target.hpp"

namespace rootstock::server {

/// "" when there is none.
std::string field(const Form& form, const std::string& name);
/// A short word of a node's own, for the state and the logs: printable ASCII, 100 letters at most.
std::string word(const Form& form, const std::string& name);
/// A number from 0 to 10^12, as "12.5"; none: there is none, or it is another one.
std::optional<double> quantity(const Form& form, const std::string& name);

}  // namespace rootstock::server
