#pragma once
// The validated settings as plain structs. If you hold a Settings, it is valid: only load() makes one.
// Every path, port and address of the product is here, so that several instances run side by side.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/address.hpp"

namespace rootstock {

/// [cluster]
struct ClusterSettings {
  std::string name = "rootstock";  ///< also Slurm's ClusterName: lower-case letters, digits, '-', '_'
};

/// [network]: the cluster network and the head's place in it.
struct NetworkSettings {
  std::string interface;       ///< required
  Ipv4 address;                ///< required, written with its prefix length: "10.77.0.1/24"
  Subnet subnet;               ///< from `address`
  AddressRange pool;           ///< default: the longest run of hosts beside the head, router and name servers
  std::optional<Ipv4> router;  ///< default: none; nodes need no way out
  std::vector<Ipv4> dns;       ///< default: none
  std::string domain = "cluster";
};

enum class DhcpMode : std::uint8_t {
  server,  ///< the one DHCP server of the cluster network
  proxy,   ///< beside another DHCP server, which gives the addresses: we say only what to boot (proxyDHCP)
};

/// [dhcp]
struct DhcpSettings {
  DhcpMode mode = DhcpMode::server;
  std::chrono::seconds lease_time{12 * 3600};
  bool conflict_probe = true;  ///< ARP for an address before it is first given out (RFC 2131 4.4.1)
};

/// [tftp]
struct TftpSettings {
  std::optional<std::filesystem::path> extra_files;  ///< a folder served beside the boot view
};

/// What becomes of a board that nobody knows yet.
enum class JoinMode : std::uint8_t {
  open,     ///< it gets the next seat
  window,   ///< ... while somebody holds the door open (`rootstock nodes join --for 10m`), else it waits
  approve,  ///< it waits until somebody says yes or no
  closed,   ///< it gets no answer; declared nodes and replacements still come in
};

/// [nodes]
struct NodeSettings {
  JoinMode join = JoinMode::open;
  /// How long a node bears to be without its root before it reboots itself; zero: for ever.
  std::chrono::seconds root_patience{600};
  std::string prefix = "node";  ///< names are prefix + number
  int digits = 2;
  std::string image = "compute";                       ///< the image that nodes boot
  std::string kernel_options;                          ///< appended to the kernel's command line
  std::vector<std::filesystem::path> authorized_keys;  ///< files of public SSH keys let in as root
};

/// [groups.NAME]: nodes with names, an image and kernel options of their own. What is empty is as in [nodes].
struct GroupSettings {
  std::string name;
  std::string prefix;
  int digits = 2;
  std::string image, kernel_options;
  /// New boards of these kinds come into this group: firmware words of `rootstock explain` ("pi4", "uboot"),
  /// or architectures ("arm64").
  std::vector<std::string> boards;
};

/// [[node]]: a seat declared beforehand. Without MAC and serial the next new board takes it, in order.
struct DeclaredNode {
  std::string name;
  std::optional<Mac> mac;
  std::string serial;  ///< of a Raspberry Pi: 8 hex digits, or ""
  std::string group;
  std::optional<Ipv4> address;
};

/// [admission]: how many boards may load at once.
struct AdmissionSettings {
  bool enabled = true;
  std::uint64_t bandwidth = 0;  ///< bits per second that boots may use; 0: as the link says, then as measured
};

/// [images]
struct ImageSettings {
  /// [images.sources]: lines of an apt source list, by the names that recipes ask for.
  std::map<std::string, std::string> sources;
};

/// [slurm]
struct SlurmSettings {
  bool enabled = true;
  std::filesystem::path munge_key = "/etc/munge/munge.key";
  std::uint16_t controller_port = 6817;
  int max_nodes = 1024;  ///< Slurm's MaxNodeCount
};

/// [ports]
struct PortSettings {
  std::uint16_t dhcp = 67, tftp = 69, http = 80, nfs = 2049;
  std::uint16_t binl = 4011;  ///< where PXE firmware asks for its boot file in proxy mode
};

/// [paths]
struct PathSettings {
  std::filesystem::path state = "/var/lib/rootstock";  ///< state.db, images/, recipes/
  std::filesystem::path run = "/run/rootstock";  ///< control.sock, generated configuration, NFS recovery
  std::filesystem::path database() const { return state / "state.db"; }
  std::filesystem::path images() const { return state / "images"; }
  std::filesystem::path recipes() const { return state / "recipes"; }
  std::filesystem::path socket() const { return run / "control.sock"; }
  /// Locked, and with the number of the process in it, while an instance runs.
  std::filesystem::path pid_file() const { return run / "keeper.pid"; }
};

/// [service]
struct ServiceSettings {
  std::string user = "rootstock";   ///< the worker runs as this user
  std::string group = "rootstock";  ///< may use the CLI's socket beside root
  std::string log_level = "info";   ///< debug, info, warning, error
};

struct Settings {
  ClusterSettings cluster;
  NetworkSettings network;
  DhcpSettings dhcp;
  TftpSettings tftp;
  NodeSettings nodes;
  std::vector<GroupSettings> groups;
  std::vector<DeclaredNode> declared;
  AdmissionSettings admission;
  ImageSettings images;
  SlurmSettings slurm;
  PortSettings ports;
  PathSettings paths;
  ServiceSettings service;
};

}  // namespace rootstock
