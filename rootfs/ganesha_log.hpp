#pragma once
// Lines of NFS-Ganesha's log, read so that ours can tell them.

#include <string_view>

#include "rootfs/notice.hpp"

namespace rootstock::rootfs {

struct GaneshaLine {
  Severity severity = Severity::info;
  std::string_view words;  ///< a part of the line given
};

/// Ganesha's levels become ours; complaints that belong to parts we leave out on purpose (D-Bus, Kerberos,
/// rpcbind) are no more than debug.
GaneshaLine read_ganesha_line(std::string_view line);

}  // namespace rootstock::rootfs
