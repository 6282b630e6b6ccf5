#include "server/boot/boot_text.hpp"

#include "rootfs/kernel_cmdline.hpp"
#include "server/boot/extlinux.hpp"
#include "server/boot/grub_cfg.hpp"
#include "server/boot/ipxe_script.hpp"
#include "server/boot/orders.hpp"
#include "server/boot/pi_config.hpp"
#include "server/boot/pi_root.hpp"
#include "server/nodes/asker.hpp"

namespace rootstock::server {
namespace {

std::string cmdline(const Settings& settings, const NodeRecord& node, const rootfs::Generation& generation,
                    std::string board_words = {}) {
  rootfs::BootLine line;
  line.head = settings.network.address;
  line.http_port = settings.ports.http;
  line.nfs_port = settings.ports.nfs;
  line.mac = node.mac;
  line.board = std::move(board_words);
  line.extra = orders_for(settings, node).kernel_options;
  return rootfs::kernel_cmdline(generation, line);
}

}  // namespace

std::string boot_text(BootText text, const Settings& settings, const NodeRecord& node,
                      const rootfs::Generation& generation, const Inventory& has) {
  const auto head = settings.network.address;
  const auto http = settings.ports.http;
  const auto url = boot_url(head, http);
  switch (text) {
    case BootText::boot_ipxe:
      return boot_script(node.name, generation, cmdline(settings, node, generation), url);
    case BootText::autoexec_ipxe: return autoexec_script(url);
    case BootText::extlinux:
      return extlinux_config(node.name, generation,
                             cmdline(settings, node, generation, std::string{uboot_words}),
                             has.has_any("boot/dtbs/"));
    case BootText::grub_cfg: return grub_config();
    case BootText::grub_node_cfg:
      return grub_boot(node.name, generation, cmdline(settings, node, generation), head, http);
    case BootText::pi_config: return pi_config(node.name, generation.label(), upstream_trees(has));
    case BootText::pi_cmdline:
      return cmdline(settings, node, generation, pi_words(dialect_of(node), upstream_trees(has))) + "\n";
    case BootText::none: break;
  }
  return {};
}

bool shows_words(BootText text) { return text == BootText::boot_ipxe || text == BootText::grub_node_cfg; }

std::string waiting_text(BootText text, const Settings& settings, const WaitingScreen& screen) {
  const auto url = boot_url(settings.network.address, settings.ports.http);
  switch (text) {
    case BootText::boot_ipxe: return waiting_script(screen, url);
    case BootText::autoexec_ipxe: return autoexec_script(url);
    case BootText::grub_cfg: return grub_config();
    case BootText::grub_node_cfg: return grub_waiting(screen);
    default: return {};
  }
}

}  // namespace rootstock::server
