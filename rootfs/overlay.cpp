#include "rootfs/overlay.hpp"

#include <algorithm>

namespace rootstock::rootfs {
namespace {

std::string lines(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& line : all) text += line + "\n";
  return text;
}

std::string hosts_file(const Settings& settings, const NodeIdentity& node, std::vector<HostEntry> hosts) {
  const auto& domain = settings.network.domain;
  const auto row = [&](Ipv4 address, const std::string& name) {
    return address.text() + "\t" + (domain.empty() ? "" : name + "." + domain + " ") + name + "\n";
  };
  std::erase_if(hosts, [&](const HostEntry& host) { return host.name == node.name; });
  hosts.push_back({node.name, node.address});
  std::sort(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  std::string text = "127.0.0.1\tlocalhost\n" + row(settings.network.address, "head");
  for (const auto& host : hosts) text += row(host.address, host.name);
  return text + "::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";
}

std::string resolver_file(const NetworkSettings& network) {
  std::string text;
  if (!network.domain.empty()) text += "search " + network.domain + "\n";
  for (const auto server : network.dns) text += "nameserver " + server.text() + "\n";
  return text;
}

/// What the node's scripts and units read; shell and systemd (EnvironmentFile=) both can.
std::string node_env(const Settings& settings, const NodeIdentity& node, const std::string& generation) {
  return "ROOTSTOCK_HEAD=" + settings.network.address.text() +
         "\nROOTSTOCK_HTTP=" + std::to_string(settings.ports.http) + "\nROOTSTOCK_NODE=" + node.name +
         "\nROOTSTOCK_ADDRESS=" + node.address.text() + "\nROOTSTOCK_GENERATION=" + generation +
         "\nROOTSTOCK_ROOT_PATIENCE=" + std::to_string(settings.nodes.root_patience.count()) + "\n";
}

std::string slurm_env(const Settings& settings) {
  return "SLURM_CONTROLLER=" + settings.network.address.text() + ":" +
         std::to_string(settings.slurm.controller_port) + "\n";
}

void add_ssh(std::vector<OverlayFile>& files, const SiteSecrets& secrets, const NodeIdentity& node) {
  for (const auto& key : node.host_keys) {
    const auto path = "etc/ssh/ssh_host_" + key.type + "_key";
    files.push_back({path, key.secret, 0600});
    files.push_back({path + ".pub", key.open, 0644});
  }
  if (!secrets.authorized_keys.empty())
    files.push_back({"root/.ssh/authorized_keys", lines(secrets.authorized_keys), 0600});
}

}  // namespace

std::vector<OverlayFile> overlay_files(const Settings& settings, const SiteSecrets& secrets,
                                       const NodeIdentity& node, const std::vector<HostEntry>& hosts,
                                       const std::string& generation_label) {
  std::vector<OverlayFile> files = {
      {"etc/hostname", node.name + "\n"},
      {"etc/hosts", hosts_file(settings, node, hosts)},
      {"etc/machine-id", node.machine_id + "\n", 0444},
      {"etc/resolv.conf", resolver_file(settings.network)},
      {"etc/rootstock/node.env", node_env(settings, node, generation_label)},
      {"etc/rootstock/token", node.token + "\n", 0600},
  };
  add_ssh(files, secrets, node);
  if (settings.slurm.enabled && !secrets.munge_key.empty()) {
    files.push_back({"etc/munge/munge.key", secrets.munge_key, 0400, "munge"});
    files.push_back({"etc/rootstock/slurm.env", slurm_env(settings)});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace rootstock::rootfs
