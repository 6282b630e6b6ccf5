#include "rootfs/ganesha_log.hpp"

#include <algorithm>
#include <array>

namespace rootstock::rootfs {
namespace {

struct LevelWord {
  std::string_view mark;
  Severity severity;
};

// EVENT is Ganesha's normal chatter: some thirty lines for one start.
constexpr std::array levels{
    LevelWord{" :FATAL :", Severity::error}, LevelWord{" :MAJ :", Severity::error},
    LevelWord{" :CRIT :", Severity::error},  LevelWord{" :WARN :", Severity::warning},
    LevelWord{" :EVENT :", Severity::debug}, LevelWord{" :INFO :", Severity::debug},
    LevelWord{" :DEBUG :", Severity::debug}, LevelWord{" :M_DBG :", Severity::debug},
    LevelWord{" :F_DBG :", Severity::debug}, LevelWord{" :NULL :", Severity::debug},
};

constexpr std::array<std::string_view, 7> expected{
    "DBUS :",                             // no bus: we need none
    "Cannot register NFS V4 on",          // no rpcbind: NFSv4 needs none
    "Could not create credential cache",  // no Kerberos, from here on
    "does not specify default realm",
    "gssd_refresh_krb5",
    "no usable keytab entry",
    "Missing RADOS URLs backend library",  // Ceph
};

bool is_expected(std::string_view line) {
  return std::any_of(expected.begin(), expected.end(),
                     [&](auto words) { return line.find(words) != std::string_view::npos; });
}

}  // namespace

GaneshaLine read_ganesha_line(std::string_view line) {
  for (const auto& [mark, severity] : levels) {
    const auto at = line.find(mark);
    if (at == std::string_view::npos) continue;
    const auto words = line.substr(at + mark.size());
    return {is_expected(line) ? Severity::debug : severity, words};
  }
  return {Severity::warning, line};  // not from the log: the dynamic linker, an assertion
}

}  // namespace rootstock::rootfs
