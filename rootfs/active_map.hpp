#pragma once
// Which generation of an image its boards boot, one for each architecture: the text of the small files
// `active` and `previous`.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::rootfs {

/// Debian's word for the architecture, and a generation's number. The empty word: a file of the time before
/// there were several architectures, which says only a number.
using ActiveMap = std::map<std::string, int>;

/// Lines "amd64 7", or a bare "7". What is neither is left out: a generation of that name is not there.
ActiveMap parse_active(std::string_view text);
std::string active_text(const ActiveMap& active);

/// Where a rollback from `active` leads: to all of `previous`. An architecture that is not in there had
/// nothing before, and keeps what it has: its boards would have nothing to boot.
ActiveMap rolled_back(const ActiveMap& active, const ActiveMap& previous);

/// What a board gets: of its own architecture; where that is not known, the only generation there is, or one
/// for boards like the head. 0: nothing for this board.
int number_for(const ActiveMap& active, std::string_view architecture, std::string_view of_head);

}  // namespace rootstock::rootfs
