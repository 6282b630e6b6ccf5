// The ports: may we have them, and if not, who has them?

#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "server/host/check.hpp"
#include "server/host/holder.hpp"

namespace rootstock::server {

namespace {

struct Wanted {
  const char* key;
  Transport transport;
  std::uint16_t port;
  bool on_interface;  ///< bound to the interface (DHCP hears broadcasts), not to the head's address
};

enum class Probe { free, taken, unknown };

class Socket {
 public:
  explicit Socket(Transport transport)
      : fd_(::socket(AF_INET, (transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

void allow(const Socket& socket, int level, int option) {
  const int on = 1;
  ::setsockopt(socket.fd(), level, option, &on, sizeof on);
}

/// Binds as the service will. An old connection that is still closing does not count (SO_REUSEADDR on TCP),
/// and the address need not be there yet (IP_FREEBIND). Two DHCP servers on two interfaces are no rivals.
Probe try_to_bind(const Settings& settings, const Wanted& wanted) {
  const Socket socket{wanted.transport};
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(wanted.port);
  if (wanted.on_interface) {
    const auto& name = settings.network.interface;
    if (::setsockopt(socket.fd(), SOL_SOCKET, SO_BINDTODEVICE, name.c_str(),
                     static_cast<socklen_t>(name.size())) != 0)
      return Probe::unknown;
  } else {
    at.sin_addr.s_addr = htonl(settings.network.address.value);
    allow(socket, IPPROTO_IP, IP_FREEBIND);
  }
  if (wanted.transport == Transport::tcp) allow(socket, SOL_SOCKET, SO_REUSEADDR);
  if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return errno == EADDRINUSE ? Probe::taken : Probe::unknown;
  if (wanted.transport == Transport::tcp && ::listen(socket.fd(), 1) != 0 && errno == EADDRINUSE)
    return Probe::taken;
  return Probe::free;
}

std::string name_of(const Holder& holder) {
  if (holder.kernel_nfs) return "the kernel's own NFS server";
  return holder.pid == 0 ? "a program that is hidden from you"
                         : fmt::format("{} (process {})", holder.name, holder.pid);
}

/// A DHCP server that a program of the desktop started for "sharing the connection". To stop the program
/// itself would take this machine off its network.
std::string hint_for_sharing(const Holder& holder, const std::string& interface) {
  if (holder.unit == "NetworkManager.service")
    return fmt::format(
        "`nmcli device show {}` names the connection that is shared: set its ipv4.method to "
        "manual, or nmcli device set {} managed no",
        interface, interface);
  if (holder.unit == "connman.service") return "connmanctl tether ethernet off";
  if (holder.unit == "systemd-networkd.service")
    return "set DHCPServer=no in the .network file of " + interface + ", then networkctl reload";
  return {};
}

std::string hint_for(const Holder& holder, const Wanted& wanted, const std::string& interface) {
  if (wanted.on_interface)
    if (auto hint = hint_for_sharing(holder, interface); !hint.empty()) return hint;
  if (holder.kernel_nfs) return "systemctl disable --now nfs-server.service";
  if (!holder.unit.empty()) return fmt::format("systemctl disable --now {}", holder.unit);
  if (holder.pid != 0) return fmt::format("stop it: kill {}", holder.pid);
  return fmt::format("`sudo ss -{}lpn 'sport = :{}'` names it",
                     wanted.transport == Transport::udp ? 'u' : 't', wanted.port);
}

void check_port(const Settings& settings, const Wanted& wanted, Findings& found) {
  const auto probe = try_to_bind(settings, wanted);
  if (probe == Probe::free) return;
  const auto address = wanted.on_interface ? Ipv4{} : settings.network.address;
  auto holder = holder_of(settings, wanted.transport, address, wanted.port);
  if (holder ? holder->ours : probe == Probe::unknown) return;
  if (!holder) holder.emplace();
  found.push_back({Severity::error,
                   fmt::format("{} port {} ({} in [ports]) is held by {}",
                               wanted.transport == Transport::udp ? "UDP" : "TCP", wanted.port, wanted.key,
                               name_of(*holder)),
                   hint_for(*holder, wanted, settings.network.interface), true, true});
}

}  // namespace

void check_ports(const Settings& settings, Findings& found) {
  const auto& ports = settings.ports;
  for (const auto& wanted :
       {Wanted{"dhcp", Transport::udp, ports.dhcp, true}, Wanted{"tftp", Transport::udp, ports.tftp, false},
        Wanted{"http", Transport::tcp, ports.http, false}, Wanted{"nfs", Transport::tcp, ports.nfs, false}})
    check_port(settings, wanted, found);
  if (settings.dhcp.mode == DhcpMode::proxy)
    check_port(settings, {"binl", Transport::udp, ports.binl, true}, found);
}

}  // namespace rootstock::server
