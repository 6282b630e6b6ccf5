#pragma once
// Text files of the source tree that travel inside the program; config/embed.cmake makes them from the files.

#include <span>
#include <string_view>

namespace rootstock {

struct EmbeddedFile {
  std::string_view path;  ///< relative to the embedded folder
  std::string_view content;
  bool executable = false;
};

}  // namespace rootstock
