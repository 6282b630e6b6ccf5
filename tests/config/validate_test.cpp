#include "config/validate.hpp"

#include "tests/config/settings_text.hpp"

using namespace rootstock;
using namespace rootstock::testing;

namespace {

/// What is said about a file that is right but for `line` in `table`.
std::string said(const std::string& table, const std::string& line) {
  std::string text = "[network]\n";
  if (line.find("interface =") == std::string::npos) text += "interface = \"eth1\"\n";
  if (line.find("address =") == std::string::npos) text += "address = \"10.77.0.1/24\"\n";
  if (table != "network") text += "[" + table + "]\n";
  return said_of(text + line + "\n");
}

}  // namespace

TEST_CASE("rules between and of settings, one row each") {
  struct Row {
    std::string table, line, says;
  };
  const std::vector<Row> rows{
      {"cluster", R"(name = "Lab")", "\"Lab\" cannot be the cluster's name"},
      {"cluster", R"(name = "lab-2_b")", ""},
      {"network", R"(interface = "a-very-long-name")",
       "\"a-very-long-name\" is longer than Linux allows for an interface"},
      {"network", R"(interface = "eth 1")", "\"eth 1\" cannot be the name of an interface"},
      {"network", R"(interface = "")", "\"\" cannot be the name of an interface"},
      {"network", R"(interface = "lo")", "no board can reach the loopback interface"},
      {"network", R"(address = "10.77.0.0/24")", "10.77.0.0 is the network address of 10.77.0.0/24, no host"},
      {"network", R"(address = "10.77.0.255/24")",
       "10.77.0.255 is the broadcast address of 10.77.0.0/24, no host"},
      {"network", R"(address = "127.0.0.2/24")", "127.0.0.2 cannot be an address on a network"},
      {"network", R"(address = "")", "`address` is empty"},
      {"network", R"(address = "10.77.0/24")", "\"10.77.0/24\" is not an IPv4 address"},
      {"network", R"(address = "10.77.0.1/31")", "the prefix length must be a number from 8 to 30"},
      {"network", R"(address = "10.77.0.1/2x")", "the prefix length must be a number from 8 to 30"},
      {"network", R"(pool = "10.77.0.10-10.77.1.10")", "the pool leaves the cluster network 10.77.0.0/24"},
      {"network", R"(pool = "10.77.0.10-10.77.0.255")", "the pool leaves the cluster network 10.77.0.0/24"},
      {"network", R"(pool = "10.77.0.1-10.77.0.9")", "the pool contains the head's own address 10.77.0.1"},
      {"network", R"(pool = "10.77.0.9")", "\"10.77.0.9\" is not a range of addresses"},
      {"network", R"(pool = "10.77.0.10-10.77.0.20")", ""},
      {"network", R"(router = "10.78.0.1")", "nodes on 10.77.0.0/24 cannot reach a router at 10.78.0.1"},
      {"network", R"(router = "gate")", "\"gate\" is not an IPv4 address"},
      {"network", "router = \"10.77.0.15\"\npool = \"10.77.0.10-10.77.0.20\"",
       "the pool contains the router 10.77.0.15"},
      {"network", "dns = [\"10.77.0.15\"]\npool = \"10.77.0.10-10.77.0.20\"",
       "the pool contains the name server 10.77.0.15"},
      {"network", R"(dns = ["9.9.9.9", "x", 7])",
       "\"x\" is not an IPv4 address; every element of `dns` must be text, not a whole number"},
      {"network", R"(domain = "lab..org")", "\"lab..org\" is not a domain name"},
      {"network", R"(domain = "lab.example.org")", ""},
      {"dhcp", R"(lease_time = "119s")", "leases must last two minutes or more"},
      {"dhcp", R"(lease_time = "2m")", ""},
      {"dhcp", R"(lease_time = "99999999999999999999d")", "`lease_time` is not a length of time"},
      {"dhcp", R"(conflict_probe = "no")", "`conflict_probe` must be true or false, not text"},
      {"dhcp", R"(mode = "proxi")", "\"proxi\" is no mode of DHCP"},
      {"dhcp", R"(mode = "proxy")", ""},
      {"dhcp", "mode = \"proxy\"\nlease_time = \"1h\"",
       "means nothing with mode = \"proxy\": the other DHCP server gives out the addresses"},
      {"dhcp", "mode = \"proxy\"\nconflict_probe = false",
       "means nothing with mode = \"proxy\": the other DHCP server gives out the addresses"},
      {"network", "pool = \"10.77.0.10-10.77.0.20\"\nrouter = \"10.77.0.254\"\n[dhcp]\nmode = \"proxy\"",
       "means nothing with mode = \"proxy\": the other DHCP server gives out the addresses; means nothing "
       "with "
       "mode = \"proxy\": the other DHCP server gives out the addresses"},
      {"network", "dns = [\"10.77.0.15\"]\n[dhcp]\nmode = \"proxy\"", ""},
      {"network", "address = \"10.77.0.1/30\"\n[dhcp]\nmode = \"proxy\"", ""},
      {"tftp", R"(extra_files = "srv/boot")", "\"srv/boot\" must be an absolute path"},
      {"nodes", R"(prefix = "4pi")", "\"4pi\" cannot start the name of a node"},
      {"nodes", R"(prefix = "pi4")", "\"pi4\" ends in a digit, which would run into the node's number"},
      {"nodes", R"(prefix = "pi_")", "\"pi_\" cannot start the name of a node"},
      {"nodes", R"(prefix = "pi4-")", ""},
      {"nodes", "digits = 0", "`digits` is 0, out of range"},
      {"nodes", R"(image = "../etc")", "\"../etc\" cannot be the name of an image"},
      {"nodes", R"(kernel_options = "quiet\nboot")", "kernel options must be one line of plain ASCII"},
      {"nodes", R"(kernel_options = "quiet || shell")",
       "iPXE would take a part of the kernel options for its own"},
      {"nodes", R"(kernel_options = "ip=${net0/ip}")",
       "iPXE would take a part of the kernel options for its own"},
      {"nodes", R"(kernel_options = "console=ttyS0,115200 dyndbg=\"module a; module b +p\" a#b")", ""},
      {"nodes", R"(authorized_keys = ["~/.ssh/id.pub"])", "\"~/.ssh/id.pub\" must be an absolute path"},
      {"slurm", "controller_port = 2049", "port 2049 is that of ports.nfs too"},
      {"slurm", "max_nodes = 0", "`max_nodes` is 0, out of range"},
      {"slurm", R"(munge_key = "key")", "\"key\" must be an absolute path"},
      {"ports", "dhcp = 69", "port 69 is that of ports.tftp too"},
      {"ports", "binl = 69", "port 69 is that of ports.tftp too"},
      {"ports", "dhcp = 1067\ntftp = 1069\nhttp = 1080\nnfs = 12049", ""},
      {"paths", R"(state = "var")", "\"var\" must be an absolute path"},
      {"paths", R"(run = "/var/lib/rootstock/")", "is the same folder as `paths.state`"},
      {"paths", "run = \"/" + std::string(100, 'r') + "\"", "the path is too long for a socket in it"},
      {"service", R"(user = "root")", "the worker parses what the network sends and must not be root"},
      {"service", R"(group = "a b")", "\"a b\" cannot be the name of an account"},
      {"service", R"(log_level = "loud")", "\"loud\" is not a log level"},
  };
  for (const auto& row : rows) {
    INFO(row.table << ": " << row.line);
    CHECK(said(row.table, row.line) == row.says);
  }
}
