#pragma once
// A fault in a file a person wrote: its place, what is wrong, and the way out.

#include <string>
#include <string_view>
#include <vector>

namespace rootstock {

/// Where something stands in a file. Lines and columns count from 1, columns in characters; line 0 is the
/// file as a whole.
struct Place {
  int line = 0;
  int column = 0;
  int width = 1;  ///< characters to underline
};

struct Diagnostic {
  std::string file;
  Place at;
  std::string source_line;  ///< the whole line, without its end
  std::string what;
  std::string hint;  ///< may be empty

  /// "file:line:column: what", the line with a caret under the place, and the hint; ends with a newline.
  std::string text() const;
};

/// Every fault one after the other, and how many there are.
std::string text(const std::vector<Diagnostic>& faults);

/// The candidate most like `word`, or "" when none is near enough to be what was meant.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace rootstock
