#include "server/boot/grub_cfg.hpp"

#include <fmt/format.h>

namespace rootstock::server {
namespace {

constexpr int retry_seconds = 10;

/// One word of GRUB's shell: between single quotes nothing has a meaning, and a single quote ends them.
std::string in_quotes(std::string_view word) {
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

/// Word by word: GRUB writes a word with blanks in it to the kernel's line with quotes around.
std::string quoted_words(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    if (end > 0) text += " " + in_quotes(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return text;
}

/// `linux` and `initrd` fail without harm, and the next way is tried.
std::string attempt(std::string_view device, std::string_view label, std::string_view words) {
  return fmt::format(
      "if linux {0}/{1}/kernel{2}; then\n"
      "  if initrd {0}/{1}/initramfs; then boot; fi\n"
      "fi\n",
      device, label, words);
}

}  // namespace

/// GRUB knows its own folder as $prefix, by whichever protocol it came. `true`, `sleep` and `echo` are built
/// into Debian's signed image, `set` into the shell. node.cfg may say when to ask for it again.
std::string grub_config() {
  return fmt::format(
      "while true; do\n"
      "  set again={0}\n"
      "  source $prefix/node.cfg\n"
      "  echo \"Rootstock: trying again in $again seconds\"\n"
      "  sleep $again\n"
      "done\n",
      retry_seconds);
}

std::string grub_boot(std::string_view node, const rootfs::Generation& generation, std::string_view cmdline,
                      Ipv4 head, std::uint16_t http_port) {
  const auto label = generation.label();
  const auto words = quoted_words(cmdline);
  auto text = fmt::format("echo {}\n", in_quotes(fmt::format("Rootstock: {} boots {}", node, label)));
  if (http_port == 80) text += attempt(fmt::format("(http,{})", head.text()), label, words);
  text += attempt(fmt::format("(tftp,{})", head.text()), label, words);
  return text +
         fmt::format("echo {}\n", in_quotes(fmt::format("Rootstock: {} could not load {}", node, label)));
}

std::string grub_waiting(const WaitingScreen& screen) {
  std::string text;
  for (const auto& line : screen.lines) text += fmt::format("echo {}\n", in_quotes(one_line(line)));
  return text + fmt::format("set again={}\n", screen.again.count());
}

}  // namespace rootstock::server
