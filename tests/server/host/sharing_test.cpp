#include "server/host/sharing.hpp"

#include <filesystem>
#include <fstream>

#include "server/host/check.hpp"
#include "server/host/ini.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

Settings settings() {
  Settings settings;
  settings.network.interface = "eth1";
  settings.network.address = "10.77.0.1"_ip;
  settings.network.subnet = Subnet::of(settings.network.address, 24);
  return settings;
}

std::string profile(const std::string& interface, const std::string& method) {
  return "[connection]\nid=Wired 1\nuuid=1\ntype=ethernet\n" + interface + "\n[ipv4]\nmethod=" + method +
         "\n";
}

bool shares(const std::string& text) {
  return judge_networkmanager("f.nmconnection", text, settings().network).has_value();
}

bool serves(const std::string& text) {
  return judge_networkd("f.network", text, settings().network).has_value();
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("an ini file is its entries, the later ones first in line", "[sharing]") {
  const auto entries = parse_ini("# words\n; more\n\n[a b]\n k = v = w \r\n[c]\nk=1\nno entry\n[a b]\nk=2\n");
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].value == "v = w");
  CHECK(value_in(entries, "a b", "k") == "2");
  CHECK(value_in(entries, "c", "x").empty());
}

TEST_CASE("NetworkManager's sharing is found where it may meet the cluster interface", "[sharing]") {
  CHECK(shares(profile("interface-name=eth1", "shared")));
  CHECK(shares(profile("", "shared")));  // of any cable
  CHECK_FALSE(shares(profile("interface-name=eth0", "shared")));
  CHECK_FALSE(shares(profile("interface-name=eth1", "auto")));
  CHECK_FALSE(shares("[connection]\nid=hot\ntype=wifi\n[ipv4]\nmethod=shared\n"));
  CHECK_FALSE(shares("[ipv6]\nmethod=shared\n[connection]\ninterface-name=eth1\n"));
  const auto found =
      judge_networkmanager("/etc/x", profile("interface-name=eth1", "shared"), settings().network);
  REQUIRE(found);
  CHECK(found->severity == Severity::error);
  CHECK(found->what.find("eth1") != std::string::npos);
  CHECK(found->what.find("/etc/x") != std::string::npos);
  CHECK(found->hint.find("nmcli connection modify \"Wired 1\" ipv4.method manual") == 0);
}

TEST_CASE("systemd-networkd's DHCP server is found by name and by pattern", "[sharing]") {
  for (const auto* yes : {"yes", "true", "1", "On"})
    CHECK(serves("[Match]\nName=eth1\n[Network]\nDHCPServer=" + std::string{yes} + "\n"));
  CHECK(serves("[Match]\nName=wl* eth*\n[Network]\nDHCPServer=yes\n"));
  CHECK(serves("[Match]\nName=!eth0\n[Network]\nDHCPServer=yes\n"));
  CHECK_FALSE(serves("[Match]\nName=!eth1\n[Network]\nDHCPServer=yes\n"));
  CHECK_FALSE(serves("[Match]\nName=eth2\n[Network]\nDHCPServer=yes\n"));
  CHECK_FALSE(serves("[Match]\nName=eth1\n[Network]\nDHCPServer=no\n"));
  CHECK_FALSE(serves("[Match]\nName=eth1\n[Network]\nDHCP=yes\n"));
}

TEST_CASE("ConnMan's tethering counts for cables only", "[sharing]") {
  const auto network = settings().network;
  CHECK(judge_connman("s", "[Wired]\nEnable=true\nTethering=true\n", network));
  CHECK_FALSE(judge_connman("s", "[WiFi]\nTethering=true\n[Wired]\nEnable=true\n", network));
}

TEST_CASE("every folder is looked at, and a file takes the place of its name in later ones", "[sharing]") {
  const tests::TempFolder folder;
  const auto check = [&] {
    Findings found;
    check_sharing(settings(), found, folder.path());
    return found.size();
  };
  CHECK(check() == 0);
  write(folder.path() / "run/NetworkManager/system-connections/a.nmconnection",
        profile("interface-name=eth1", "shared"));
  CHECK(check() == 1);
  write(folder.path() / "usr/lib/systemd/network/80-cluster.network",
        "[Match]\nName=eth1\n[Network]\nDHCPServer=yes\n");
  write(folder.path() / "usr/lib/systemd/network/note.txt",
        "[Match]\nName=eth1\n[Network]\nDHCPServer=yes\n");
  CHECK(check() == 2);
  write(folder.path() / "etc/systemd/network/80-cluster.network", "");
  CHECK(check() == 1);
  write(folder.path() / "var/lib/connman/settings", "[Wired]\nTethering=true\n");
  CHECK(check() == 2);
}
