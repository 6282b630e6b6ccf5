#pragma once
// The nodes that somebody named on the command line, as the service shows them.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/cli/command.hpp"

namespace rootstock::server {

/// A list as a part of a URL.
std::string encoded(const std::string& list);

/// Names, ranges, MAC addresses and "all", in the order written, each once. None: the failure was told.
std::optional<std::vector<boost::json::object>> nodes_chosen(Context& context, const std::string& list);

/// Several words are one list.
std::string list_of_words(const std::vector<std::string>& words);

}  // namespace rootstock::server
