#pragma once
// The files that make a node itself: a pure function of (site, node, generation).

#include <cstdint>
#include <string>
#include <vector>

#include "config/address.hpp"
#include "config/settings.hpp"

namespace rootstock::rootfs {

/// A private SSH host key in OpenSSH's format and its public line.
struct HostKey {
  std::string type;  ///< "ed25519"
  std::string secret, open;
};

/// What is known of the node. machine_id, token and host_keys are made once per node and kept in the state.
struct NodeIdentity {
  std::string name;
  Ipv4 address;
  Mac mac;
  std::string machine_id;  ///< 32 hex digits
  std::string token;       ///< whoever has it speaks for the node to the head
  std::vector<HostKey> host_keys;
};

struct SiteSecrets {
  std::string munge_key;                     ///< bytes; empty when Slurm is off
  std::vector<std::string> authorized_keys;  ///< lines
};

struct OverlayFile {
  std::string path;  ///< relative: "etc/hostname"
  std::string content;
  std::uint32_t mode = 0644;
  std::string owner = "root";  ///< a user name of the image; the node resolves it
  bool operator==(const OverlayFile&) const = default;
};

/// Every known node with its address, for /etc/hosts.
struct HostEntry {
  std::string name;
  Ipv4 address;
};

std::vector<OverlayFile> overlay_files(const Settings& settings, const SiteSecrets& secrets,
                                       const NodeIdentity& node, const std::vector<HostEntry>& hosts,
                                       const std::string& generation_label);

/// The files as a gzip'd tar (edge: libarchive). Same files, same bytes.
std::string overlay_archive(const std::vector<OverlayFile>& files);

}  // namespace rootstock::rootfs
