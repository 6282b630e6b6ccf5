#pragma once
// The kernel line of one boot: the whole contract between the head and the initramfs (rootfs/initramfs/init
// reads it).
//
//   rootstock.head=10.77.0.1   the head; its HTTP port and NFS port when they are not 80 and 2049:
//   rootstock.http=PORT  rootstock.nfs=PORT
//   rootstock.boot=compute/3   the generation's label; over NFS the root is /images/compute/3/root.squashfs
//   or .../root rootstock.mac=aa:bb:..     the NIC that booted; the initramfs configures that one by DHCP
//
// The initramfs, in order: load the NIC's driver, DHCP, clock from GET /node/time, GET /node/overlay (source
// port below 1024), mount the export /images read-only (NFSv4.2), loop-mount the squashfs (or use the tree),
// overlayfs with a tmpfs above, unpack the overlay (a gzip'd tar) into it, switch_root.  Failures: POST
// /node/trouble, back off, try again. Later the node's unit says POST /node/up (form fields: generation,
// kernel, seconds since the kernel started).

#include <cstdint>
#include <string>

#include "config/address.hpp"
#include "rootfs/generation.hpp"

namespace rootstock::rootfs {

struct BootLine {
  Ipv4 head;
  std::uint16_t http_port = 80, nfs_port = 2049;
  Mac mac;
  std::string board;  ///< words that this kind of board needs, as its console
  std::string extra;  ///< NodeSettings::kernel_options: the last word
};

std::string kernel_cmdline(const Generation& generation, const BootLine& line);

}  // namespace rootstock::rootfs
