#pragma once
// Reading a file whole (edge: one file). The one place for it: every folder may look here.

#include <filesystem>
#include <string>
#include <system_error>

#include "config/result.hpp"

namespace rootstock {

Result<std::string, std::error_code> content_of(const std::filesystem::path& file);

/// As above; what is wrong as a sentence: "cannot read FILE: No such file or directory".
Result<std::string, Failure> read_file(const std::filesystem::path& file);

}  // namespace rootstock
