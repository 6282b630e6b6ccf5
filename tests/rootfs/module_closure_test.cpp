#include "rootfs/module_closure.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;
using Names = std::vector<std::string>;

namespace {

const auto dep =
    "kernel/net/sunrpc/sunrpc.ko.xz:\n"
    "kernel/fs/nfs/nfs.ko.xz: kernel/net/sunrpc/sunrpc.ko.xz\n"
    "kernel/fs/nfs/nfsv4.ko.xz: kernel/fs/nfs/nfs.ko.xz kernel/net/sunrpc/sunrpc.ko.xz "
    "kernel/lib/dns_resolver.ko.xz\n"
    "kernel/lib/dns_resolver.ko.xz:\n"
    "kernel/drivers/net/phy/realtek.ko.xz:\n"
    "kernel/drivers/net/ethernet/realtek/r8169.ko.xz:\n"
    "kernel/drivers/net/ethernet/mellanox/mlx5/core/mlx5_core.ko.xz:\n"
    "kernel/drivers/net/usb/cdc-ether.ko.xz:\n"
    "kernel/drivers/net/virtio_net.ko.xz:\n"
    "kernel/sound/snd.ko.xz:\n";
const auto builtin = "kernel/drivers/block/loop.ko\nkernel/net/packet/af_packet.ko\n";
const auto softdep =
    "# Soft dependencies\nsoftdep r8169 pre: realtek not_here post: snd\nsoftdep nobody pre: snd\n";

ModuleIndex index() { return parse_module_index(dep, builtin, softdep); }

}  // namespace

TEST_CASE("a module's name is its file's, without folder, suffix and dashes", "[modules]") {
  CHECK(module_name("kernel/drivers/net/usb/cdc-ether.ko.xz") == "cdc_ether");
  CHECK(module_name("nfs.ko") == "nfs");
  CHECK(module_name("kernel/fs/overlayfs/overlay.ko.zst") == "overlay");
}

TEST_CASE("what a module needs comes before it, each once", "[modules]") {
  const auto closure = close_over(index(), {"nfsv4", "nfs", "sunrpc"});
  CHECK(closure.names == Names{"sunrpc", "nfs", "dns_resolver", "nfsv4"});
  CHECK(closure.missing.empty());
}

TEST_CASE("what is built into the kernel needs no module; what is nowhere is missing", "[modules]") {
  const auto closure = close_over(index(), {"loop", "af_packet", "overlay", "cdc-ether"});
  CHECK(closure.names == Names{"cdc_ether"});
  CHECK(closure.missing == Names{"overlay"});
}

TEST_CASE("a soft dependency before the module counts, others do not", "[modules]") {
  CHECK(close_over(index(), {"r8169"}).names == Names{"realtek", "r8169"});
}

TEST_CASE("needs that go in a circle end", "[modules]") {
  const auto round = parse_module_index("a.ko: b.ko\nb.ko: a.ko\n", "", "");
  CHECK(close_over(round, {"a"}).names == Names{"b", "a"});
}

TEST_CASE("network drivers leave out the heavy and the foreign", "[modules]") {
  CHECK(network_drivers(index()) == Names{"cdc_ether", "r8169", "realtek", "virtio_net"});
}

TEST_CASE("what a board's chip must have switched on comes along, where a device tree can name it",
          "[modules]") {
  const auto board = parse_module_index(
      "kernel/drivers/mfd/rk8xx-core.ko.xz:\n"
      "kernel/drivers/regulator/fan53555.ko.xz: kernel/drivers/mfd/rk8xx-core.ko.xz\n"
      "kernel/drivers/regulator/wm831x.ko.xz:\n"
      "kernel/drivers/regulator/rk808-regulator.ko.xz:\n"
      "kernel/drivers/misc/rp1/rp1-pci.ko.xz:\n"
      "kernel/drivers/phy/rockchip/phy-rockchip-pcie.ko.xz:\n"
      "kernel/drivers/gpu/drm/rockchip/rockchipdrm.ko.xz:\n",
      "", "");
  const auto alias =
      "# Aliases extracted from modules themselves.\n"
      "alias of:N*T*Csilergy,syr827 fan53555\n"
      "alias i2c:wm8310 wm831x\n"
      "alias platform:rk808-regulator rk808_regulator\n"
      "alias pci:v00001DE4d00000001* rp1-pci\n"
      "alias of:N*T*Crockchip,rk3399-pcie-phy phy-rockchip-pcie\n"
      "alias of:N*T*Crockchip,display-subsystem rockchipdrm\n";
  const auto names = soc_drivers(board, alias);
  CHECK(names == Names{"fan53555", "phy_rockchip_pcie", "rk808_regulator", "rp1_pci"});
  CHECK(close_over(board, names).names ==
        Names{"rk8xx_core", "fan53555", "phy_rockchip_pcie", "rk808_regulator", "rp1_pci"});
}

TEST_CASE("modules.dep of the closure makes soft needs hard", "[modules]") {
  const auto all = index();
  CHECK(closed_modules_dep(all, close_over(all, {"r8169"})) ==
        "kernel/drivers/net/phy/realtek.ko.xz:\n"
        "kernel/drivers/net/ethernet/realtek/r8169.ko.xz: kernel/drivers/net/phy/realtek.ko.xz\n");
}

TEST_CASE("modules.dep names the needs so that loading from the end of the line works", "[modules]") {
  const auto all = index();
  const auto text = closed_modules_dep(all, close_over(all, {"nfsv4"}));
  CHECK(text.find("nfsv4.ko.xz: kernel/lib/dns_resolver.ko.xz kernel/fs/nfs/nfs.ko.xz "
                  "kernel/net/sunrpc/sunrpc.ko.xz\n") != std::string::npos);
}

TEST_CASE("aliases of other modules are left out", "[modules]") {
  const auto alias =
      "# Aliases\nalias pci:v000010ECd00008168sv*sd*bc*sc*i* r8169\nalias char-major-116-* snd\nalias x "
      "cdc-ether\n";
  CHECK(closed_modules_alias(alias, close_over(index(), {"r8169", "cdc_ether"})) ==
        "alias pci:v000010ECd00008168sv*sd*bc*sc*i* r8169\nalias x cdc-ether\n");
}
