#pragma once
// manifest.json: what a generation says of itself.

#include <filesystem>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "rootfs/generation.hpp"

namespace rootstock::rootfs {

/// Same generation, same text; ends with a newline. The folder is not part of it.
std::string manifest_text(const Generation& generation);

/// `file` is named in what is wrong; `folder` becomes the generation's.
Result<Generation, Failure> parse_manifest(std::string_view text, const std::filesystem::path& file);

Result<Generation, Failure> read_manifest(const std::filesystem::path& generation_folder);

/// 2026-11-20T12:03:00Z, the form of the manifest and of what people are shown.
std::string utc(std::chrono::system_clock::time_point time);

}  // namespace rootstock::rootfs
