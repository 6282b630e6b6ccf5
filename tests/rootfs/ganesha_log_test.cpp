#include "rootfs/ganesha_log.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

TEST_CASE("Ganesha's levels become ours", "[ganesha]") {
  const auto [line, severity, words] = GENERATE(table<std::string, Severity, std::string>({
      {": FSAL :CRIT :Could not open /srv/images", Severity::error, "Could not open /srv/images"},
      {": NFS STARTUP :FATAL :Fatal errors.  Server exiting...", Severity::error,
       "Fatal errors.  Server exiting..."},
      {": EXPORT :WARN :a : b", Severity::warning, "a : b"},
      {": NFS STARTUP :EVENT :             NFS SERVER INITIALIZED", Severity::debug,
       "             NFS SERVER INITIALIZED"},
      // The first lines of a start still have Ganesha's own prefix.
      {"20/11/2026 12:09:46 : epoch 6b00388a : head : nfs-ganesha-23774[main] main :MAIN :EVENT :nfs-ganesha "
       "Starting",
       Severity::debug, "nfs-ganesha Starting"},
      {"", Severity::warning, ""},
      {"ganesha.nfsd: error while loading shared libraries", Severity::warning,
       "ganesha.nfsd: error while loading shared libraries"},
  }));
  const auto read = read_ganesha_line(line);
  CHECK(read.severity == severity);
  CHECK(read.words == words);
}

TEST_CASE("complaints about parts that are left out on purpose stay quiet", "[ganesha]") {
  const auto* line = GENERATE(
      ": DBUS :CRIT :dbus_bus_get failed (Failed to connect to socket /run/dbus/system_bus_socket: No such "
      "file)",
      ": DISP :MAJ :Cannot register NFS V4 on TCP",
      ": NFS STARTUP :WARN :Could not create credential cache directory: /var/run/ganesha (Permission "
      "denied)",
      ": NFS CB :WARN :Configuration file does not specify default realm while getting default realm name",
      ": NFS CB :CRIT :ERROR: gssd_refresh_krb5_machine_credential: no usable keytab entry found in keytab",
      "x : y : z[main] load_rados_config :CONFIG :WARN :Missing RADOS URLs backend library");
  CHECK(read_ganesha_line(line).severity == Severity::debug);
}
