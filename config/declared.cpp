#include "config/declared.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "config/diagnostic.hpp"
#include "config/node_words.hpp"

namespace rootstock {
namespace {

class Reader {
 public:
  explicit Reader(const Settings& settings) : settings_(settings) {}

  void read(const NodeWords& words) {
    auto& node = found_.nodes.emplace_back();
    read_name(words.name, node);
    if (!words.mac.empty()) read_mac(words.mac, node);
    if (!words.serial.empty()) read_serial(words.serial, node);
    if (!words.group.empty()) read_group(words.group, node);
    if (!words.address.empty()) read_address(words.address, node);
  }

  DeclaredNodes found() { return std::move(found_); }

 private:
  void fault(std::string field, std::string what, std::string hint) {
    found_.faults.push_back({found_.nodes.size() - 1, std::move(field), std::move(what), std::move(hint)});
  }

  /// Two nodes that claim the same: told at the second, by the name of the first.
  void claim(const std::string& field, const std::string& value) {
    const auto [first, is_new] = claims_[field].try_emplace(value, found_.nodes.back().name);
    if (is_new) return;
    if (field == "name")
      return fault(field, fmt::format("\"{}\" is declared twice", value), "name each once");
    fault(field, fmt::format("{} is that of {} too", value, first->second),
          fmt::format("each {} belongs to one node", field == "mac" ? "MAC" : field));
  }

  void read_name(const std::string& name, DeclaredNode& node) {
    if (name.empty()) return fault("name", "a node has no name", "each needs one: \"gpu01\"");
    node.name = name;
    if (const auto good = check_node_name(name); !good)
      return fault("name", good.error().what, good.error().hint);
    claim("name", name);
  }

  void read_mac(const std::string& text, DeclaredNode& node) {
    constexpr auto hint = "write it as in dc:a6:32:01:02:03";
    const auto mac = Mac::parse(text);
    if (!mac) return fault("mac", fmt::format("\"{}\" is not a MAC address", text), hint);
    // IEEE 802: the lowest bit of the first byte marks a group address, which no board has of its own.
    if (*mac == Mac{} || (mac->bytes[0] & 1) != 0)
      return fault("mac", fmt::format("no board has the MAC {}", mac->text()), hint);
    node.mac = mac;
    claim("mac", mac->text());
  }

  void read_serial(const std::string& text, DeclaredNode& node) {
    const auto serial = parse_serial(text);
    if (!serial)
      return fault(
          "serial", fmt::format("\"{}\" is not the serial number of a Raspberry Pi", text),
          "8 or 16 hex digits, as /proc/cpuinfo shows it on the board; other boards go by their MAC");
    node.serial = *serial;
    claim("serial", *serial);
  }

  void read_group(const std::string& group, DeclaredNode& node) {
    std::vector<std::string> known;
    for (const auto& each : settings_.groups) known.push_back(each.name);
    for (const auto& name : known)
      if (name == group) {
        node.group = group;
        return;
      }
    const auto meant = nearest(group, known);
    fault("group", fmt::format("there is no group \"{}\"", group),
          !meant.empty()  ? fmt::format("did you mean \"{}\"?", meant)
          : known.empty() ? fmt::format("groups are tables of the settings: [groups.{}]", group)
                          : fmt::format("the settings have {}", fmt::join(known, ", ")));
  }

  void read_address(const std::string& text, DeclaredNode& node) {
    const auto address = Ipv4::parse(text);
    const auto& network = settings_.network;
    if (!address)
      return fault("address", fmt::format("\"{}\" is not an IPv4 address", text),
                   "write four numbers, as in \"10.77.0.21\"");
    if (settings_.dhcp.mode == DhcpMode::proxy)
      return fault("address", "an address means nothing with mode = \"proxy\"",
                   "the other DHCP server gives out the addresses: reserve it there");
    if (network.subnet.prefix != 0 && !check_place(*address)) return;
    node.address = address;
    claim("address", address->text());
  }

  bool check_place(Ipv4 address) {
    const auto& network = settings_.network;
    const auto& subnet = network.subnet;
    const auto refuse = [&](std::string what) {
      fault("address", std::move(what),
            fmt::format("from {} to {}, and nobody else's", subnet.first_host().text(),
                        subnet.last_host().text()));
      return false;
    };
    if (address < subnet.first_host() || subnet.last_host() < address)
      return refuse(fmt::format("{} is no host's address in {}", address.text(), subnet.text()));
    if (address == network.address)
      return refuse(fmt::format("{} is the head's own address", address.text()));
    if (address == network.router) return refuse(fmt::format("{} is the router's address", address.text()));
    for (const auto server : network.dns)
      if (address == server) return refuse(fmt::format("{} is a name server's address", address.text()));
    return true;
  }

  const Settings& settings_;
  DeclaredNodes found_;
  std::map<std::string, std::map<std::string, std::string>> claims_;  ///< field, value: who has it
};

}  // namespace

DeclaredNodes read_declared(const std::vector<NodeWords>& words, const Settings& settings) {
  Reader reader{settings};
  for (const auto& node : words) reader.read(node);
  return reader.found();
}

}  // namespace rootstock
