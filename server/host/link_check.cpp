// The cluster interface: is it there, is it the right one, is its address free?

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "config/file.hpp"
#include "server/host/check.hpp"
#include "server/host/proc_net.hpp"

namespace rootstock::server {

namespace {

struct Assigned {
  std::string interface;
  Ipv4 address;
  Subnet subnet;
};

int prefix_of(std::uint32_t mask) { return __builtin_popcount(mask); }

Ipv4 from_wire(const sockaddr* address) {
  return Ipv4{ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr)};
}

std::vector<Assigned> assigned_addresses() {
  std::vector<Assigned> all;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return all;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list{first, ::freeifaddrs};
  for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET || entry->ifa_netmask == nullptr)
      continue;
    const auto address = from_wire(entry->ifa_addr);
    all.push_back(
        {entry->ifa_name, address, Subnet::of(address, prefix_of(from_wire(entry->ifa_netmask).value))});
  }
  return all;
}

std::string all_interfaces() {
  std::string names;
  if (auto* list = ::if_nameindex(); list != nullptr) {
    for (const auto* entry = list; entry->if_name != nullptr; ++entry)
      if (std::string_view{entry->if_name} != "lo")
        names += (names.empty() ? "" : ", ") + std::string{entry->if_name};
    ::if_freenameindex(list);
  }
  return names.empty() ? "none but lo" : names;
}

/// What can be read of it: the kernel refuses to tell the carrier of a link that is down.
std::string text_of(const std::string& file) { return content_of(file).value_or(""); }

void check_kind(const std::string& interface, Findings& found) {
  const auto folder = "/sys/class/net/" + interface;
  if (std::filesystem::exists(folder + "/wireless") || std::filesystem::exists(folder + "/phy80211"))
    found.push_back({Severity::warning,
                     fmt::format("{} is a wireless interface, and boards do not boot over Wi-Fi", interface),
                     "plug the boards' switch into an Ethernet port or a USB adapter, and name that one"});
  const auto uplinks = parse_default_routes(text_of("/proc/self/net/route"));
  if (std::find(uplinks.begin(), uplinks.end(), interface) != uplinks.end())
    found.push_back(
        {Severity::warning,
         fmt::format("{} is this machine's way to the outside: our DHCP would answer everybody there",
                     interface),
         "name the interface of the boards' own switch in [network]"});
  if (text_of(folder + "/carrier") == "0\n")
    found.push_back({Severity::warning, fmt::format("{} sees no other end", interface),
                     "plug in the cable and switch the switch on; the service may be started before"});
}

void check_address(const NetworkSettings& network, const Assigned& other, Findings& found) {
  if (other.interface == network.interface) return;
  if (other.address == network.address)
    found.push_back(
        {Severity::error,
         fmt::format("the head's address {} is already on {}", network.address.text(), other.interface),
         fmt::format("take it off there (ip address del {}/{} dev {}) or choose another one in [network]",
                     other.address.text(), other.subnet.prefix, other.interface),
         true});
  else if (other.subnet.contains(network.address) || network.subnet.contains(other.address))
    found.push_back(
        {Severity::error,
         fmt::format("the cluster network {} and {} on {} overlap: this machine could not tell them apart",
                     network.subnet.text(), other.subnet.text(), other.interface),
         "choose another network for the cluster, as in address = \"10.77.0.1/24\"", true});
}

}  // namespace

void check_link(const Settings& settings, Findings& found) {
  const auto& network = settings.network;
  if (::if_nametoindex(network.interface.c_str()) == 0)
    found.push_back({Severity::error,
                     fmt::format("there is no interface {} on this machine", network.interface),
                     fmt::format("plug in its adapter, or name one of: {}", all_interfaces())});
  else
    check_kind(network.interface, found);
  for (const auto& other : assigned_addresses()) check_address(network, other, found);
}

}  // namespace rootstock::server
