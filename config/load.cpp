#include "config/load.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/file.hpp"
#include "config/load_nodes.hpp"
#include "config/toml.hpp"
#include "config/validate.hpp"

namespace rootstock {

namespace {

void take_port(std::uint16_t& setting, const TomlTable& table, const std::string& key) {
  if (const auto value = table.integer(key, 1, 65535)) setting = static_cast<std::uint16_t>(*value);
}

void take_path(std::filesystem::path& setting, const TomlTable& table, const std::string& key) {
  if (const auto value = table.text(key)) setting = *value;
}

std::optional<Ipv4> read_address(const TomlTable& table, const std::string& key, const std::string& text) {
  const auto address = Ipv4::parse(text);
  if (!address)
    table.fault(key, "\"" + text + "\" is not an IPv4 address", "write four numbers, as in \"10.77.0.1\"");
  return address;
}

/// "10.77.0.1/24" says both who the head is and which network it is on.
void read_head_address(const TomlTable& table, NetworkSettings& network) {
  const auto hint =
      "write the head's own address on the cluster network and its prefix length: \"10.77.0.1/24\"";
  const auto text = table.required_text("address", hint);
  if (text.empty()) {
    if (table.sound("address") && table.has("address")) table.fault("address", "`address` is empty", hint);
    return;
  }
  const auto slash = text.find('/');
  const auto address = Ipv4::parse(std::string_view{text}.substr(0, slash));
  if (!address) return table.fault("address", "\"" + text + "\" is not an IPv4 address", hint);
  if (slash == std::string::npos) return table.fault("address", "the prefix length is missing", hint);
  int prefix = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + slash + 1, last, prefix);
  if (error != std::errc{} || end != last || prefix < 8 || prefix > 30)
    return table.fault("address", "the prefix length must be a number from 8 to 30", hint);
  network.address = *address;
  network.subnet = Subnet::of(*address, prefix);
}

/// The longest run of hosts that none of `taken` interrupts.
AddressRange free_run(const Subnet& subnet, std::vector<Ipv4> taken) {
  std::sort(taken.begin(), taken.end());
  taken.push_back(subnet.broadcast());
  AddressRange best{Ipv4{1}, Ipv4{0}};
  Ipv4 first = subnet.first_host();
  for (const auto end : taken) {
    if (!subnet.contains(end) || end < first) continue;
    const AddressRange run{first, Ipv4{end.value - 1}};
    if (run.size() > best.size()) best = run;
    first = Ipv4{end.value + 1};
  }
  return best;
}

void read_pool(const TomlTable& table, NetworkSettings& network) {
  const auto text = table.text("pool");
  if (!text) {
    std::vector<Ipv4> taken = network.dns;
    taken.push_back(network.address);
    if (network.router) taken.push_back(*network.router);
    network.pool = free_run(network.subnet, taken);
    return;
  }
  const auto dash = text->find('-');
  const auto first = Ipv4::parse(std::string_view{*text}.substr(0, dash));
  const auto last =
      dash == std::string::npos ? std::nullopt : Ipv4::parse(std::string_view{*text}.substr(dash + 1));
  if (!first || !last)
    return table.fault("pool", "\"" + *text + "\" is not a range of addresses",
                       "write the first and the last: \"10.77.0.100-10.77.0.200\"");
  network.pool = {*first, *last};
}

void read_network(const TomlTable& table, NetworkSettings& network) {
  network.interface =
      table.required_text("interface", "name the interface of the cluster network, as `ip link` shows it");
  read_head_address(table, network);
  if (const auto router = table.text("router")) network.router = read_address(table, "router", *router);
  const auto servers = table.texts("dns");
  for (std::size_t i = 0; i < servers.size(); ++i)
    if (const auto server = read_address(table, "dns[" + std::to_string(i) + "]", servers[i]))
      network.dns.push_back(*server);
  take(network.domain, table.text("domain"));
  read_pool(table, network);
}

void read_dhcp(const TomlTable& table, DhcpSettings& dhcp) {
  if (const auto mode = table.text("mode")) {
    if (*mode == "proxy")
      dhcp.mode = DhcpMode::proxy;
    else if (*mode != "server")
      table.fault(
          "mode", "\"" + *mode + "\" is no mode of DHCP",
          "\"server\": we give out the addresses; \"proxy\": another DHCP server on this network does");
  }
  take(dhcp.lease_time, table.duration("lease_time"));
  take(dhcp.conflict_probe, table.boolean("conflict_probe"));
}

void read_images(const TomlTable& table, ImageSettings& images) {
  const auto sources = table.table("sources");
  for (const auto& name : sources.keys()) {
    const auto line = sources.text(name).value_or("");
    if (!line.starts_with("deb "))
      sources.fault(name, "\"" + line + "\" is no line of an apt source list",
                    "for example \"deb [signed-by=/usr/share/keyrings/" + name +
                        ".gpg] http://YOUR-MIRROR/debian bookworm main\"");
    images.sources.emplace(name, line);
  }
}

void read_slurm(const TomlTable& table, SlurmSettings& slurm) {
  take(slurm.enabled, table.boolean("enabled"));
  take_path(slurm.munge_key, table, "munge_key");
  take_port(slurm.controller_port, table, "controller_port");
  take_count(slurm.max_nodes, table, "max_nodes", 1, 65000);
}

void read_ports(const TomlTable& table, PortSettings& ports) {
  take_port(ports.dhcp, table, "dhcp");
  take_port(ports.tftp, table, "tftp");
  take_port(ports.http, table, "http");
  take_port(ports.nfs, table, "nfs");
  take_port(ports.binl, table, "binl");
}

void read_service(const TomlTable& table, ServiceSettings& service) {
  take(service.user, table.text("user"));
  take(service.group, table.text("group"));
  take(service.log_level, table.text("log_level"));
}

Settings read(const TomlTable& top) {
  Settings settings;
  take(settings.cluster.name, top.table("cluster").text("name"));
  read_network(top.table("network"), settings.network);
  read_dhcp(top.table("dhcp"), settings.dhcp);
  if (const auto folder = top.table("tftp").text("extra_files")) settings.tftp.extra_files = *folder;
  read_nodes_and_groups(top, settings);
  read_images(top.table("images"), settings.images);
  read_slurm(top.table("slurm"), settings.slurm);
  read_ports(top.table("ports"), settings.ports);
  take_path(settings.paths.state, top.table("paths"), "state");
  take_path(settings.paths.run, top.table("paths"), "run");
  read_service(top.table("service"), settings.service);
  return settings;
}

Settings read(Source& source) {
  const Toml document{source};
  const auto settings = read(document.top());
  document.finish();
  if (source.readable()) validate(settings, source);
  return settings;
}

}  // namespace

Result<Settings, std::vector<Diagnostic>> load_text(std::string text, const std::string& file) {
  Source source{file, std::move(text)};
  auto settings = read(source);
  if (!source.sound()) return tl::unexpected{source.faults()};
  return settings;
}

Result<Settings, std::vector<Diagnostic>> load(const std::filesystem::path& file) {
  auto text = content_of(file);
  if (text) return load_text(std::move(*text), file.string());
  return tl::unexpected{std::vector{Diagnostic{file.string(),
                                               {},
                                               "",
                                               "cannot be read: " + text.error().message(),
                                               "name another file with --config FILE, or write this one: the "
                                               "settings are explained in share/rootstock/example.toml"}}};
}

std::vector<std::string> known_settings() {
  Source source{"", ""};
  read(source);
  std::vector<std::string> keys;
  for (const auto& path : source.asked())
    if (path.find('.') != std::string::npos) keys.push_back(path);
  return keys;
}

}  // namespace rootstock
