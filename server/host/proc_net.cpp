#include "server/host/proc_net.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

namespace rootstock::server {

namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return parts;
    const auto end = text.find_first_of(separators, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end);
  }
}

template <class T>
std::optional<T> number(std::string_view text, int base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The kernel prints the address as a number in the machine's own order, of the bytes on the wire.
Ipv4 from_kernel(std::uint32_t printed) {
  if constexpr (std::endian::native == std::endian::big) return Ipv4{printed};
  return Ipv4{__builtin_bswap32(printed)};
}

/// "0100007F" or 32 digits for IPv6: "::" counts as every address, "::ffff:a.b.c.d" as a.b.c.d.
bool read_address(std::string_view text, OpenSocket& socket) {
  if (text.size() == 32) {
    const bool any = text.find_first_not_of('0') == std::string_view::npos;
    const bool mapped = text.starts_with("0000000000000000") && !any &&
                        (text.substr(16, 8) == "FFFF0000" || text.substr(16, 8) == "0000FFFF");
    socket.ipv6_address = !any && !mapped;
    if (!mapped) return true;
    text.remove_prefix(24);
  }
  const auto printed = text.size() == 8 ? number<std::uint32_t>(text, 16) : std::nullopt;
  if (printed) socket.address = from_kernel(*printed);
  return printed.has_value();
}

std::optional<OpenSocket> parse_socket(std::string_view line) {
  // sl local_address rem_address st queues timer retransmits uid timeout inode ...
  const auto fields = split(line, " ");
  if (fields.size() < 10) return std::nullopt;
  const auto colon = fields[1].find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  OpenSocket socket;
  const auto port = number<std::uint16_t>(fields[1].substr(colon + 1), 16);
  const auto inode = number<std::uint64_t>(fields[9], 10);
  if (!port || !inode || !read_address(fields[1].substr(0, colon), socket)) return std::nullopt;
  socket.port = *port;
  socket.inode = *inode;
  socket.listens = fields[3] == "0A" || fields[3] == "07";  // TCP_LISTEN; UDP shows TCP_CLOSE until connected
  return socket;
}

}  // namespace

std::vector<OpenSocket> parse_sockets(std::string_view table) {
  std::vector<OpenSocket> sockets;
  for (const auto line : split(table, "\n"))
    if (const auto socket = parse_socket(line)) sockets.push_back(*socket);
  return sockets;
}

std::vector<std::string> parse_default_routes(std::string_view table) {
  std::vector<std::string> interfaces;
  for (const auto line : split(table, "\n")) {
    // Iface Destination Gateway Flags RefCnt Use Metric Mask ...
    const auto fields = split(line, "\t ");
    if (fields.size() >= 8 && fields[1] == "00000000" && fields[7] == "00000000")
      interfaces.emplace_back(fields[0]);
  }
  std::sort(interfaces.begin(), interfaces.end());
  interfaces.erase(std::unique(interfaces.begin(), interfaces.end()), interfaces.end());
  return interfaces;
}

std::string parse_unit(std::string_view cgroup) {
  for (const auto line : split(cgroup, "\n")) {
    const auto parts = split(line, "/");
    for (std::size_t i = 1; i < parts.size(); ++i)
      if (parts[i - 1] == "system.slice" && parts[i].ends_with(".service")) return std::string{parts[i]};
  }
  return "";
}

int parse_parent(std::string_view status) {
  for (const auto line : split(status, "\n"))
    if (const auto words = split(line, " \t"); words.size() == 2 && words[0] == "PPid:")
      return number<int>(words[1], 10).value_or(0);
  return 0;
}

}  // namespace rootstock::server
