#include "rootfs/ganesha_config.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

GaneshaExport ours() {
  return {"10.77.0.1"_ip, 2049, "/var/lib/rootstock/images", "/run/rootstock/nfs/clients"};
}

constexpr auto golden = R"(# Written by rootstock at each start; changes are lost.
NFS_CORE_PARAM {
  Protocols = 4;
  NFS_Port = 2049;
  Bind_addr = 10.77.0.1;
  RPC_Max_Connections = 10000;
  Enable_UDP = false;
  Enable_NLM = false;
  Enable_RQUOTA = false;
}
NFSv4 {
  Minor_Versions = 1,2;
  Only_Numeric_Owners = true;
  Delegations = false;
  Graceless = true;
  RecoveryBackend = fs;
  RecoveryRoot = "/run/rootstock/nfs/clients";
}
NFS_KRB5 {
  Active_krb5 = false;
}
LOG {
  Default_Log_Level = EVENT;
  Format {
    date_format = none; time_format = none; EPOCH = false; HOSTNAME = false; PROGNAME = false; PID = false;
    CLIENTIP = false; THREAD_NAME = false; FILE_NAME = false; LINE_NUM = false; FUNCTION_NAME = false;
    COMPONENT = true; LEVEL = true;
  }
}
EXPORT {
  Export_Id = 1;
  Path = "/var/lib/rootstock/images";
  Pseudo = "/images";
  Access_Type = RO;
  Squash = no_root_squash;
  Protocols = 4;
  Transports = TCP;
  SecType = sys;
  FSAL { Name = VFS; }
}
)";

}  // namespace

TEST_CASE("the whole configuration", "[ganesha]") {
  const auto text = ganesha_config(ours());
  REQUIRE(text);
  CHECK(*text == golden);
}

TEST_CASE("NFS 4.0 is spoken only when asked for", "[ganesha]") {
  auto old = ours();
  old.minor_version_0 = true;
  CHECK(ganesha_config(old)->find("Minor_Versions = 0,1,2;") != std::string::npos);
}

TEST_CASE("a path that would break out of its quotes is refused", "[ganesha]") {
  auto odd = ours();
  odd.images = GENERATE("/srv/a\"b", "/srv/a\\b", "/srv/a\nb");
  const auto text = ganesha_config(odd);
  REQUIRE_FALSE(text);
  CHECK(text.error().what == "NFS-Ganesha cannot use the path " + odd.images.string());
}
