#include "server/boot/ipxe_script.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::server {
namespace {

constexpr std::chrono::seconds retry{10};

/// A message must not name iPXE variables or join commands.
std::string harmless(std::string_view text) {
  auto line = one_line(text);
  std::ranges::replace_if(
      line, [](char c) { return c == '$' || c == '|' || c == '&' || c == '#' || c == '\\'; }, ' ');
  return line;
}

/// `imgfree` drops what a broken attempt has loaded; `--replace` keeps the chain of scripts from growing.
std::string try_again(std::string_view url, std::chrono::seconds after = retry,
                      std::string_view before = {}) {
  return fmt::format(
      "echo Trying again in {0} seconds\n"
      "sleep {0}\n"
      "imgfree\n"
      "{2}chain --replace {1}/boot.ipxe || goto again\n",
      after.count(), url, before);
}

}  // namespace

std::string boot_url(Ipv4 head, std::uint16_t http_port) {
  return http_port == 80 ? fmt::format("http://{}", head.text())
                         : fmt::format("http://{}:{}", head.text(), http_port);
}

std::string boot_script(std::string_view node, const rootfs::Generation& generation, std::string_view cmdline,
                        std::string_view url) {
  const auto label = generation.label();
  return fmt::format(
      "#!ipxe\n"
      "echo Rootstock: {0} boots {1}\n"
      "kernel {2}/{1}/kernel initrd=initramfs {3} || goto again\n"
      "initrd --name initramfs {2}/{1}/initramfs || goto again\n"
      "boot || goto again\n"
      ":again\n"
      "echo Rootstock: {0} could not load {1}\n"
      "{4}",
      node, label, url, cmdline, try_again(url));
}

std::string waiting_script(const WaitingScreen& screen, std::string_view url) {
  std::string text = "#!ipxe\n:again\n";
  for (const auto& line : screen.lines) text += "echo " + harmless(line) + "\n";
  return text + try_again(url, screen.again, screen.renew ? "dhcp || goto again\n" : "");
}

std::string autoexec_script(std::string_view url) {
  return fmt::format(
      "#!ipxe\n"
      ":again\n"
      "dhcp || goto wait\n"
      "chain --replace {1}/boot.ipxe || goto wait\n"
      ":wait\n"
      "echo Rootstock: {1} does not answer. Trying again in {0} seconds\n"
      "sleep {0}\n"
      "goto again\n",
      retry.count(), url);
}

}  // namespace rootstock::server
