#include "rootfs/ganesha_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace rootstock::rootfs {
namespace {

// RPC_Max_Connections: the default of 1024 turns the 1023rd node away.
// Minor_Versions: from 4.1 on a session makes each request happen once, also over a restart of the server.
// Only_Numeric_Owners: with names a node's kernel would ask nfsidmap, which lies in the very root it looks
// up. Graceless: a read-only export has no state to reclaim, so nobody should wait 90 s for it after a
// restart. no_root_squash: a node's root must read the root files of its own image; nothing secret is in an
// image. Format: the log goes through ours, which adds time and name.
constexpr auto text = R"(# Written by rootstock at each start; changes are lost.
NFS_CORE_PARAM {{
  Protocols = 4;
  NFS_Port = {port};
  Bind_addr = {address};
  RPC_Max_Connections = 10000;
  Enable_UDP = false;
  Enable_NLM = false;
  Enable_RQUOTA = false;
}}
NFSv4 {{
  Minor_Versions = {minor_versions};
  Only_Numeric_Owners = true;
  Delegations = false;
  Graceless = true;
  RecoveryBackend = fs;
  RecoveryRoot = "{recovery}";
}}
NFS_KRB5 {{
  Active_krb5 = false;
}}
LOG {{
  Default_Log_Level = EVENT;
  Format {{
    date_format = none; time_format = none; EPOCH = false; HOSTNAME = false; PROGNAME = false; PID = false;
    CLIENTIP = false; THREAD_NAME = false; FILE_NAME = false; LINE_NUM = false; FUNCTION_NAME = false;
    COMPONENT = true; LEVEL = true;
  }}
}}
EXPORT {{
  Export_Id = 1;
  Path = "{images}";
  Pseudo = "{pseudo}";
  Access_Type = RO;
  Squash = no_root_squash;
  Protocols = 4;
  Transports = TCP;
  SecType = sys;
  FSAL {{ Name = VFS; }}
}}
)";

/// Ganesha's strings know no escapes.
bool can_be_quoted(const std::string& path) {
  return std::none_of(path.begin(), path.end(),
                      [](unsigned char c) { return c < 0x20 || c == '"' || c == '\\' || c == 0x7f; });
}

}  // namespace

Result<std::string, Failure> ganesha_config(const GaneshaExport& exported) {
  for (const auto* path : {&exported.images, &exported.recovery})
    if (!can_be_quoted(path->string()))
      return fail(fmt::format("NFS-Ganesha cannot use the path {}", path->string()),
                  "choose one without quotes, backslashes and control characters (paths.state, paths.run)");
  using fmt::arg;
  return fmt::format(text, arg("port", exported.port), arg("address", exported.address.text()),
                     arg("minor_versions", exported.minor_version_0 ? "0,1,2" : "1,2"),
                     arg("recovery", exported.recovery.string()), arg("images", exported.images.string()),
                     arg("pseudo", nfs_export));
}

}  // namespace rootstock::rootfs
