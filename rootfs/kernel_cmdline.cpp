#include "rootfs/kernel_cmdline.hpp"

namespace rootstock::rootfs {

std::string kernel_cmdline(const Generation& generation, const BootLine& line) {
  std::string text = "rootstock.head=" + line.head.text();
  if (line.http_port != 80) text += " rootstock.http=" + std::to_string(line.http_port);
  if (line.nfs_port != 2049) text += " rootstock.nfs=" + std::to_string(line.nfs_port);
  text += " rootstock.boot=" + generation.label() + " rootstock.mac=" + line.mac.text();
  // The root hangs on a NIC that is up: a late rename would take its name away from the initramfs' records. A
  // node that panics boots again by itself.
  text += " net.ifnames=0 panic=30";
  for (const auto& words : {line.board, line.extra})
    if (!words.empty()) text += " " + words;
  return text;
}

}  // namespace rootstock::rootfs
