// U-Boot 2025.01 on arm64: standard boot's "pxe" and then "dhcp" (NETBOOT-FACTS 1.4, 2.5 and 4).
#include <fmt/format.h>

#include "tests/fleet/firmware/dhcp_packet.hpp"
#include "tests/fleet/firmware/extlinux.hpp"
#include "tests/fleet/firmware/loaders.hpp"
#include "tests/fleet/firmware/tftp_client.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

struct UbootLease {
  Ipv4 server;            ///< siaddr; option 66 is ignored
  std::string boot_file;  ///< 67 or `file`
};

Options uboot_options(DhcpType type) {
  Options options;
  options.add(type).add(option::max_size, {0x02, 0x40});
  return options;
}

std::vector<std::uint8_t> uboot_packet(Machine& machine, std::uint32_t xid, Tick begun, Options options) {
  options.add(option::arch, {0, 0x16}).add(option::undi, {1, 0, 0}).add(option::vendor_class, "U-Boot.armv8");
  options.add(option::prl, {1, 3, 6, 12, 17});
  constexpr std::size_t fixed = 240, shortest_options = 64;
  const auto secs = std::chrono::duration_cast<std::chrono::seconds>(machine.now() - begun).count();
  return emit(DhcpRequest{.xid = xid,
                          .secs = static_cast<std::uint16_t>(secs),
                          .mac = machine.spec.mac,
                          .options = options.end(),
                          .pad_to = fixed + shortest_options});
}

struct UbootReply {
  DhcpReply reply;
  std::uint32_t xid;
};

/// A reply that U-Boot's buffers hold: 576 bytes of IP, as option 57 says. Every round has an xid of its own,
/// and an answer to an earlier one still counts (bootp_match_id).
std::optional<UbootReply> uboot_reply(Machine& machine, const Event& event,
                                      const std::vector<std::uint32_t>& xids) {
  constexpr std::size_t largest = 576 - 28;
  const auto* datagram = std::get_if<Datagram>(&event);
  if (!datagram) return std::nullopt;
  std::optional<UbootReply> reply;
  for (const auto xid : xids)
    if (auto one = reply_in(*datagram, xid, machine.spec.mac, true)) reply = UbootReply{std::move(*one), xid};
  if (reply && datagram->payload.size() > largest) {
    ++machine.progress.dropped;
    machine.progress.why_dropped = "DHCP reply over 576 bytes";
    return std::nullopt;
  }
  return reply;
}

/// From 250 ms doubling to 2 s, for 28 s; every round is a DISCOVER again.
Task<std::optional<UbootLease>> uboot_dhcp(Machine& machine) {
  constexpr Tick longest_pause = 2s, patience = 28s;
  const auto begun = machine.now();
  std::vector<std::uint32_t> xids;
  machine.reset_stack();
  machine.habits = IpHabits{.ttl = 255, .dont_fragment = true, .udp_checksum = false};
  for (Tick pause = 250ms; machine.now() - begun < patience; pause = std::min(2 * pause, longest_pause)) {
    if (pause > 250ms) ++machine.progress.retries;
    xids.push_back(static_cast<std::uint32_t>(machine.random()));
    std::optional<UbootReply> offer;
    ++machine.progress.dhcp_sent;
    machine.broadcast(dhcp_client_port, dhcp_server_port,
                      uboot_packet(machine, xids.back(), begun, uboot_options(DhcpType::discover)));
    for (const auto until = machine.now() + pause; machine.now() < until;) {
      auto event = co_await machine.next(until);
      const auto heard = uboot_reply(machine, event, xids);
      if (!heard) continue;
      const auto& reply = heard->reply;
      if (!offer && reply.type == DhcpType::offer && !reply.yiaddr.unset()) {
        offer = heard;
        auto options = uboot_options(DhcpType::request);
        options.add(option::server, reply.address(option::server).value_or(reply.source));
        options.add(option::requested, reply.yiaddr);
        ++machine.progress.dhcp_sent;
        machine.broadcast(dhcp_client_port, dhcp_server_port,
                          uboot_packet(machine, offer->xid, begun, options));
      } else if (offer && reply.type == DhcpType::ack && heard->xid == offer->xid) {
        settle(machine, reply);
        co_return UbootLease{reply.siaddr, reply.boot_file()};
      }
    }
  }
  co_return std::nullopt;
}

TftpStyle uboot_style() {
  TftpStyle style;
  style.options = {{"timeout", "5"}, {"tsize", "0"}, {"blksize", "1468"}};
  style.answers_gaps = true;
  style.repeat_after = 5s;
  style.repeats = 10;
  return style;
}

/// What `pxe get` looks for, below the folder of the boot file.
std::vector<std::string> search_list(const Machine& machine) {
  std::vector<std::string> names{"01-" + machine.spec.mac.text('-')};
  const auto address = fmt::format("{:08X}", machine.address.value);
  for (auto digits = address.size(); digits > 0; --digits) names.push_back(address.substr(0, digits));
  const auto soc = "default-arm-" + machine.spec.soc;
  for (const auto& name :
       {soc + "-" + machine.spec.board_name, soc, std::string{"default-arm"}, std::string{"default"}})
    names.push_back(name);
  return names;
}

/// `pxe get` and `pxe boot`.
class PxeBoot {
 public:
  PxeBoot(Machine& machine, TftpServer server, std::string folder)
      : machine_(machine), client_(machine, server, uboot_style()), folder_(std::move(folder)) {
    server_text_ = server.address.text();
    machine.next_port = static_cast<std::uint16_t>(1024 + machine.random() % 0xe000);
  }

  Task<std::optional<Extlinux>> get() {
    for (const auto& name : search_list(machine_)) {
      const auto fetched = co_await client_.fetch(folder_ + "pxelinux.cfg/" + name, Want::text);
      if (fetched.got()) co_return read_extlinux(fetched.text());
    }
    co_return std::nullopt;
  }

  /// `fdtdir` without the board's tree is no hindrance: U-Boot goes on with its own.
  Task<Outcome> boot(ExtlinuxLabel label) {
    Loaded loaded{{}, {}, label.append};
    if (!label.initrd.empty()) {
      const auto initrd = co_await client_.fetch(path(label.initrd), Want::file);
      if (!initrd.got()) co_return dead("initrd " + label.initrd + ": " + initrd.words);
      loaded.initramfs = initrd.file.name;
    }
    const auto kernel = co_await client_.fetch(path(label.kernel), Want::file);
    if (!kernel.got()) co_return dead("kernel " + label.kernel + ": " + kernel.words);
    loaded.kernel = kernel.file.name;
    if (!label.fdt.empty()) {
      const auto tree = co_await client_.fetch(path(label.fdt), Want::file);
      if (!tree.got()) co_return dead("fdt " + label.fdt + ": " + tree.words);
    } else if (!label.fdtdir.empty()) {
      const auto slash = label.fdtdir.ends_with('/') ? "" : "/";
      const auto tree =
          co_await client_.fetch(path(label.fdtdir + slash + machine_.spec.fdtfile), Want::file);
      if (!tree.got()) machine_.note("skipping fdtdir for failure retrieving dts");
    }
    append_ip(loaded.kernel_line, label.ipappend);
    co_return loaded;
  }

 private:
  /// Relative to the folder of the boot file, unless it begins with a slash.
  std::string path(const std::string& name) const { return name.starts_with('/') ? name : folder_ + name; }

  void append_ip(std::string& line, int what) const {
    if (what & 1)
      line += fmt::format(" ip={}:{}:{}:{}", machine_.address.text(), server_text_, machine_.router.text(),
                          machine_.mask.text());
    if (what & 2) line += " BOOTIF=01-" + machine_.spec.mac.text('-');
  }

  Machine& machine_;
  TftpClient client_;
  std::string folder_, server_text_;
};

Task<Outcome> pxe_target(Machine& machine, UbootLease lease, Mac server_mac) {
  const auto slash = lease.boot_file.rfind('/');
  const TftpServer server{lease.server, server_mac};
  PxeBoot pxe{machine, server, slash == std::string::npos ? "" : lease.boot_file.substr(0, slash + 1)};
  const auto config = co_await pxe.get();
  if (!config) co_return dead("no pxelinux.cfg for this board");
  auto failed = dead("pxelinux.cfg has no label that boots");
  for (const auto& label : config->order()) {
    auto outcome = co_await pxe.boot(label);
    if (outcome) co_return outcome;
    failed = tl::unexpected{outcome.error()};
  }
  co_return failed;
}

}  // namespace

Task<Outcome> boot_uboot(Machine& machine) {
  machine.enter(Stage::firmware_dhcp, "U-Boot asks for an address");
  const auto lease = co_await uboot_dhcp(machine);
  if (!lease) co_return dead("U-Boot: no DHCP answer in 28 s (Retry time exceeded)");
  if (lease->server.unset()) co_return dead("U-Boot: the ACK names no server (siaddr)");
  machine.enter(Stage::firmware_files, "U-Boot asks for files");
  const auto server_mac = co_await machine.resolve(lease->server, 5);
  if (!server_mac) co_return dead("U-Boot: no ARP answer from " + lease->server.text());
  if (machine.spec.has_pxe_target) {
    auto outcome = co_await pxe_target(machine, *lease, *server_mac);
    if (outcome) co_return outcome;
    machine.note("pxe: " + outcome.error().why);
  }
  // Standard boot goes on with the "dhcp" method: a script, of which there is none; then an EFI program; then
  // the prompt.
  const TftpServer server{lease->server, *server_mac};
  TftpClient client{machine, server, uboot_style()};
  co_await client.fetch("boot.scr.uimg", Want::file);
  auto outcome = co_await boot_efi_from_uboot(machine);
  if (!outcome) co_return dead(outcome.error().why);
  co_return outcome;
}

}  // namespace rootstock::fleet
