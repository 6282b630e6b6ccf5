#pragma once
// A table that is drawn over itself on a terminal (logic).

#include <cstddef>
#include <string>
#include <vector>

namespace rootstock::server {

struct Window {
  std::size_t width = 80, height = 24;
};

/// `lines` from the window's upper left corner, each cut at its width. Where they are too many, those that
/// fit, how many there are more, and the last one, which is the summary. The first one is the heading.
std::string drawn(const std::vector<std::string>& lines, Window window);

}  // namespace rootstock::server
