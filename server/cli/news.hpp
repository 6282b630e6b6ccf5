#pragma once
// Of what is asked again each second, what is worth a line.

#include <string_view>

namespace rootstock::server {

/// Another word, and not just another number: "no heartbeat for 47 s" goes on.
bool is_news(std::string_view before, std::string_view now);

}  // namespace rootstock::server
