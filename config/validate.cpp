#include "config/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace rootstock {

namespace {

using namespace std::chrono_literals;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool all_of(std::string_view text, auto allowed) { return std::all_of(text.begin(), text.end(), allowed); }

void cluster_name(const Settings& s, Source& source) {
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; };
  const auto& name = s.cluster.name;
  if (!source.sound("cluster.name") ||
      (!name.empty() && name.size() <= 40 && is_lower(name[0]) && all_of(name, allowed)))
    return;
  source.fault(
      "cluster.name", fmt::format("\"{}\" cannot be the cluster's name", name),
      "Slurm wants a lower-case letter first, then lower-case letters, digits, '-' and '_', 40 at most");
}

/// The kernel's own rule (dev_valid_name): 15 bytes, no '/', no ':', no white space, not "." or "..".
void interface_name(const Settings& s, Source& source) {
  const auto& name = s.network.interface;
  if (!source.sound("network.interface")) return;
  const auto allowed = [](char c) { return c > ' ' && c != '/' && c != ':' && c != 0x7f; };
  if (name.empty() || name == "." || name == ".." || !all_of(name, allowed))
    source.fault("network.interface", fmt::format("\"{}\" cannot be the name of an interface", name),
                 "`ip link` lists the interfaces of this machine");
  else if (name.size() > 15)
    source.fault("network.interface",
                 fmt::format("\"{}\" is longer than Linux allows for an interface", name),
                 "15 characters at most; `ip link` lists the interfaces of this machine");
  else if (name == "lo")
    source.fault("network.interface", "no board can reach the loopback interface",
                 "name the interface that the switch is plugged into; `ip link` lists them");
}

void head_is_a_host(const Settings& s, Source& source) {
  const auto& [network, prefix] = s.network.subnet;
  if (!source.sound("network.address")) return;
  const auto address = s.network.address;
  if (address == network || address == s.network.subnet.broadcast())
    source.fault("network.address",
                 fmt::format("{} is the {} address of {}, no host", address.text(),
                             address == network ? "network" : "broadcast", s.network.subnet.text()),
                 fmt::format("the hosts are {} to {}", s.network.subnet.first_host().text(),
                             s.network.subnet.last_host().text()));
}

/// Addresses that name nobody on a wire: 0/8, loopback, multicast and above.
void head_is_unicast(const Settings& s, Source& source) {
  if (!source.sound("network.address")) return;
  const auto top = s.network.address.value >> 24;
  if (top == 0 || top == 127 || top >= 224)
    source.fault("network.address",
                 fmt::format("{} cannot be an address on a network", s.network.address.text()),
                 "take a private one, as in \"10.77.0.1/24\"");
}

void pool_is_ordered(const Settings& s, Source& source) {
  if (!source.sound("network.pool") || !source.has("network.pool")) return;
  if (s.network.pool.last < s.network.pool.first)
    source.fault("network.pool", "the pool ends before it starts", "swap the two addresses");
}

void pool_is_inside(const Settings& s, Source& source) {
  if (!source.sound("network.pool") || !source.sound("network.address") || !source.has("network.pool"))
    return;
  const auto& [pool, subnet] = std::pair{s.network.pool, s.network.subnet};
  const AddressRange hosts{subnet.first_host(), subnet.last_host()};
  if (!hosts.contains(pool.first) || !hosts.contains(pool.last))
    source.fault("network.pool", fmt::format("the pool leaves the cluster network {}", subnet.text()),
                 fmt::format("its hosts are {} to {}", hosts.first.text(), hosts.last.text()));
}

void pool_has_room(const Settings& s, Source& source) {
  if (source.has("network.pool") || !source.sound("network")) return;
  if (s.network.pool.size() == 0)
    source.fault("network.address", fmt::format("no host is left for nodes in {}", s.network.subnet.text()),
                 "take a shorter prefix: /24 has room for 253 nodes");
}

void head_is_not_in_pool(const Settings& s, Source& source) {
  if (!source.sound("network.pool") || !source.sound("network.address") || !source.has("network.pool"))
    return;
  if (s.network.pool.contains(s.network.address))
    source.fault("network.pool",
                 fmt::format("the pool contains the head's own address {}", s.network.address.text()),
                 "start the pool behind it, or leave `pool` out: the default goes round the head");
}

void router_fits(const Settings& s, Source& source) {
  if (!s.network.router || !source.sound("network.router") || !source.sound("network.address")) return;
  if (!s.network.subnet.contains(*s.network.router))
    source.fault("network.router",
                 fmt::format("nodes on {} cannot reach a router at {}", s.network.subnet.text(),
                             s.network.router->text()),
                 "leave it out when nodes need no way out of the cluster network");
  else if (source.sound("network.pool") && s.network.pool.contains(*s.network.router))
    source.fault("network.pool", fmt::format("the pool contains the router {}", s.network.router->text()),
                 "a node would get the router's address: end the pool before it");
}

void name_servers_are_not_in_pool(const Settings& s, Source& source) {
  if (!source.sound("network.dns") || !source.sound("network.pool")) return;
  for (const auto server : s.network.dns)
    if (s.network.pool.contains(server))
      source.fault("network.pool", fmt::format("the pool contains the name server {}", server.text()),
                   "a node would get its address: end the pool before it");
}

void domain_name(const Settings& s, Source& source) {
  if (!source.sound("network.domain")) return;
  std::string_view rest = s.network.domain;
  bool valid = rest.size() <= 200;
  while (valid) {
    const auto dot = rest.find('.');
    valid = is_host_label(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (!valid)
    source.fault(
        "network.domain", fmt::format("\"{}\" is not a domain name", s.network.domain),
        "words of letters, digits and '-', with dots between them: \"cluster\" or \"lab.example.org\"");
}

/// A board that boots asks several times within a minute; shorter leases would change under it.
void lease_time(const Settings& s, Source& source) {
  if (!source.sound("dhcp.lease_time")) return;
  if (s.dhcp.lease_time < 2min)
    source.fault("dhcp.lease_time", "leases must last two minutes or more", R"(the default is "12h")");
}

void ports_differ(const Settings& s, Source& source) {
  const std::array<std::pair<const char*, std::uint16_t>, 5> all{
      {{"ports.dhcp", s.ports.dhcp},
       {"ports.tftp", s.ports.tftp},
       {"ports.http", s.ports.http},
       {"ports.nfs", s.ports.nfs},
       {"slurm.controller_port", s.slurm.controller_port}}};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (all[i].second != all[j].second || !source.sound(all[i].first) || !source.sound(all[j].first))
        continue;
      const bool later_is_given = source.has(all[i].first);
      source.fault(all[later_is_given ? i : j].first,
                   fmt::format("port {} is that of {} too", all[i].second, all[later_is_given ? j : i].first),
                   "give each service a port of its own");
    }
}

void node_names(const Settings& s, Source& source) {
  if (!source.sound("nodes.prefix") || !source.sound("nodes.digits")) return;
  const auto longest = s.nodes.prefix + std::string(static_cast<std::size_t>(s.nodes.digits), '0');
  if (s.nodes.prefix.empty() || !is_letter(s.nodes.prefix[0]) || !is_host_label(longest))
    source.fault("nodes.prefix", fmt::format("\"{}\" cannot start the name of a node", s.nodes.prefix),
                 "a letter first, then letters, digits and '-'; with its number 63 characters at most");
  else if (is_digit(s.nodes.prefix.back()))
    source.fault(
        "nodes.prefix",
        fmt::format("\"{}\" ends in a digit, which would run into the node's number", s.nodes.prefix),
        fmt::format("end it with a letter or '-': \"{}-\"", s.nodes.prefix));
}

bool is_image_name(std::string_view name) {
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= 64 && (is_lower(name[0]) || is_digit(name[0])) &&
         all_of(name, allowed);
}

void image_name(const Settings& s, Source& source) {
  if (!source.sound("nodes.image") || is_image_name(s.nodes.image)) return;
  source.fault(
      "nodes.image", fmt::format("\"{}\" cannot be the name of an image", s.nodes.image),
      "lower-case letters, digits, '-', '_' and '.'; `rootstock image list` shows the images there are");
}

/// What an iPXE script would not pass on: variables, and words that end a command or the line's meaning.
bool means_something_to_ipxe(const std::string& options) {
  const auto padded = " " + options + " ";
  for (const auto* sign : {"${", " || ", " && ", " ; ", " # "})
    if (padded.find(sign) != std::string::npos) return true;
  return false;
}

/// The words go into iPXE scripts as they are: a line end would start a command of its own.
void kernel_options(const Settings& s, Source& source) {
  if (!source.sound("nodes.kernel_options")) return;
  const auto printable = [](char c) { return c >= ' ' && c < 0x7f; };
  if (!all_of(s.nodes.kernel_options, printable))
    source.fault("nodes.kernel_options", "kernel options must be one line of plain ASCII",
                 "as in \"console=ttyS0 quiet\"");
  else if (means_something_to_ipxe(s.nodes.kernel_options))
    source.fault("nodes.kernel_options", "iPXE would take a part of the kernel options for its own",
                 "leave out ${, and ||, &&, ; and # as words");
  else if (s.nodes.kernel_options.size() > 1024)
    source.fault("nodes.kernel_options", "kernel options are longer than 1024 characters",
                 "the kernel's command line holds 2048, ours included");
}

void path_is_absolute(const std::filesystem::path& path, const std::string& key, Source& source) {
  if (source.sound(key) && !path.is_absolute())
    source.fault(key, fmt::format("\"{}\" must be an absolute path", path.string()), "start it with '/'");
}

void paths(const Settings& s, Source& source) {
  path_is_absolute(s.paths.state, "paths.state", source);
  path_is_absolute(s.paths.run, "paths.run", source);
  path_is_absolute(s.slurm.munge_key, "slurm.munge_key", source);
  if (s.tftp.extra_files) path_is_absolute(*s.tftp.extra_files, "tftp.extra_files", source);
  for (std::size_t i = 0; source.sound("nodes.authorized_keys") && i < s.nodes.authorized_keys.size(); ++i)
    path_is_absolute(s.nodes.authorized_keys[i], fmt::format("nodes.authorized_keys[{}]", i), source);
}

/// sockaddr_un holds 107 characters; the admin socket lies in this folder.
void run_path_is_short(const Settings& s, Source& source) {
  if (source.sound("paths.run") && s.paths.socket().string().size() > 107)
    source.fault("paths.run", "the path is too long for a socket in it", "80 characters at most");
}

void state_and_run_differ(const Settings& s, Source& source) {
  if (source.sound("paths") &&
      (s.paths.state / "").lexically_normal() == (s.paths.run / "").lexically_normal())
    source.fault("paths.run", "is the same folder as `paths.state`",
                 "the first must survive a reboot, the second is cleared by it: take two");
}

void account_names(const Settings& s, Source& source) {
  const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  for (const auto& [key, name] :
       {std::pair{"service.user", s.service.user}, {"service.group", s.service.group}})
    if (source.sound(key) && (name.empty() || name.size() > 32 || name[0] == '-' || !all_of(name, allowed)))
      source.fault(key, fmt::format("\"{}\" cannot be the name of an account", name),
                   R"(the default is "rootstock")");
}

void worker_is_not_root(const Settings& s, Source& source) {
  if (source.sound("service.user") && s.service.user == "root")
    source.fault("service.user", "the worker parses what the network sends and must not be root",
                 R"(leave it out: the default is "rootstock")");
}

void log_level(const Settings& s, Source& source) {
  const std::vector<std::string> levels{"debug", "info", "warning", "error"};
  const auto& level = s.service.log_level;
  if (!source.sound("service.log_level") || std::find(levels.begin(), levels.end(), level) != levels.end())
    return;
  const auto meant = nearest(level, levels);
  source.fault("service.log_level", fmt::format("\"{}\" is not a log level", level),
               meant.empty() ? fmt::format("one of {}", fmt::join(levels, ", "))
                             : fmt::format("did you mean \"{}\"?", meant));
}

}  // namespace

bool is_host_label(std::string_view name) {
  const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
  return !name.empty() && name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
         all_of(name, allowed);
}

void validate(const Settings& settings, Source& source) {
  for (const auto rule : {cluster_name,
                          interface_name,
                          head_is_a_host,
                          head_is_unicast,
                          pool_is_ordered,
                          pool_is_inside,
                          pool_has_room,
                          head_is_not_in_pool,
                          router_fits,
                          name_servers_are_not_in_pool,
                          domain_name,
                          lease_time,
                          ports_differ,
                          node_names,
                          image_name,
                          kernel_options,
                          paths,
                          run_path_is_short,
                          state_and_run_differ,
                          account_names,
                          worker_is_not_root,
                          log_level})
    rule(settings, source);
}

}  // namespace rootstock
