#pragma once
// The files that boards have fetched, for QEMU to start or for a person to look at (edge: disk).

#include <filesystem>

#include "config/result.hpp"
#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

/// FOLDER/BOARD/NAME, without the prefix of a Pi's serial and without host and port of a URL. What cannot be
/// written is said on stderr.
void keep_files(const std::filesystem::path& folder, const std::string& board,
                const std::vector<FetchedFile>& files);

}  // namespace rootstock::fleet
