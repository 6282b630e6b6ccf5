#include "config/load.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "tests/config/settings_text.hpp"

using namespace rootstock;
using namespace rootstock::testing;
using namespace std::chrono_literals;

namespace {

const std::filesystem::path example = std::filesystem::path{SOURCE_DIR} / "config/example.toml";

std::string faults_of(const std::string& text) {
  const auto settings = load_text(text, "r.toml");
  return settings ? "no fault" : rootstock::text(settings.error());
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The example with its commented-out settings switched on.
std::string uncommented_example() {
  return std::regex_replace(text_of(example), std::regex{"(^|\n)# ([a-z_]+ = )"}, "$1$2");
}

}  // namespace

TEST_CASE("two settings are enough") {
  const auto settings = loaded(least);
  CHECK(settings.network.interface == "eth1");
  CHECK(settings.network.address == "10.77.0.1"_ip);
  CHECK(settings.network.subnet.text() == "10.77.0.0/24");
  CHECK(settings.network.pool.text() == "10.77.0.2-10.77.0.254");
  CHECK(settings.ports.dhcp == 67);
  CHECK(settings.dhcp.lease_time == 12h);
  CHECK(settings.slurm.enabled);
  CHECK_FALSE(settings.network.router);
}

TEST_CASE("the example loads as it is") {
  const auto settings = load(example);
  INFO((settings ? "" : rootstock::text(settings.error())));
  REQUIRE(settings);
}

TEST_CASE("the example names every setting there is, and no other") {
  const auto all = uncommented_example();
  std::set<std::string> written;
  std::string table;
  std::istringstream lines{all};
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_match(line, found, std::regex{R"(\[([a-z_.]+)\])"})) table = found[1];
    if (table == "images.sources") {  // its keys are the user's own words
      written.insert(table);
      continue;
    }
    if (std::regex_search(line, found, std::regex{"^([a-z_]+) = "}))
      written.insert(table + "." + found[1].str());
  }
  const auto known = known_settings();
  CHECK(written == std::set<std::string>(known.begin(), known.end()));
}

TEST_CASE("the defaults that the example shows are the defaults") {
  auto all = uncommented_example();
  // Those without a default: examples only.
  all = std::regex_replace(
      all, std::regex{"\n(router|dns|extra_files|kernel_options|authorized_keys) = [^\n]*"}, "");
  const auto shown = loaded(all), defaults = loaded(least);
  CHECK(shown.cluster.name == defaults.cluster.name);
  CHECK(shown.network.pool == defaults.network.pool);
  CHECK(shown.network.domain == defaults.network.domain);
  CHECK(shown.dhcp.lease_time == defaults.dhcp.lease_time);
  CHECK(shown.dhcp.conflict_probe == defaults.dhcp.conflict_probe);
  CHECK(shown.nodes.join == defaults.nodes.join);
  CHECK(shown.nodes.root_patience == defaults.nodes.root_patience);
  CHECK(shown.admission.enabled == defaults.admission.enabled);
  CHECK(shown.admission.bandwidth == defaults.admission.bandwidth);
  CHECK(shown.nodes.prefix == defaults.nodes.prefix);
  CHECK(shown.nodes.digits == defaults.nodes.digits);
  CHECK(shown.nodes.image == defaults.nodes.image);
  CHECK(shown.slurm.enabled == defaults.slurm.enabled);
  CHECK(shown.slurm.munge_key == defaults.slurm.munge_key);
  CHECK(shown.slurm.controller_port == defaults.slurm.controller_port);
  CHECK(shown.slurm.max_nodes == defaults.slurm.max_nodes);
  CHECK(shown.ports.dhcp == defaults.ports.dhcp);
  CHECK(shown.ports.tftp == defaults.ports.tftp);
  CHECK(shown.ports.http == defaults.ports.http);
  CHECK(shown.ports.nfs == defaults.ports.nfs);
  CHECK(shown.ports.binl == defaults.ports.binl);
  CHECK(shown.dhcp.mode == defaults.dhcp.mode);
  CHECK(shown.paths.state == defaults.paths.state);
  CHECK(shown.paths.run == defaults.paths.run);
  CHECK(shown.service.user == defaults.service.user);
  CHECK(shown.service.group == defaults.service.group);
  CHECK(shown.service.log_level == defaults.service.log_level);
}

TEST_CASE("every setting of the example can be switched on at once") {
  const auto settings = loaded(uncommented_example());
  CHECK(settings.network.router == "10.77.0.1"_ip);
  CHECK(settings.network.dns == std::vector{"10.77.0.1"_ip});
  CHECK(settings.tftp.extra_files == "/srv/boot-extras");
  CHECK(settings.nodes.authorized_keys.size() == 1);
}

TEST_CASE("the default pool is the longest run that nobody interrupts") {
  const auto pool = [](const std::string& more) {
    return loaded("[network]\ninterface = \"e\"\n" + more).network.pool.text();
  };
  CHECK(pool("address = \"10.0.0.254/24\"") == "10.0.0.1-10.0.0.253");
  CHECK(pool("address = \"10.0.0.100/24\"") == "10.0.0.101-10.0.0.254");
  CHECK(pool("address = \"10.0.0.1/24\"\nrouter = \"10.0.0.254\"\ndns = [\"10.0.0.2\", \"9.9.9.9\"]") ==
        "10.0.0.3-10.0.0.253");
  CHECK(pool("address = \"10.0.0.1/30\"") == "10.0.0.2-10.0.0.2");
}

TEST_CASE("every fault of a file is told at once, in its order, with the way out") {
  const auto text = R"([network]
interfce = "eth1"
address = "10.77.0.1"
pool = "10.77.0.200-10.77.0.100"

[dhcp]
lease_time = "90 s"
image = "compute"

[ports]
tftp = "69"
http = 67
nfs = 70000

[service]
log_level = "warn"
)";
  CHECK(faults_of(text) == R"(r.toml:1:1: `interface` is missing in [network]
    1 | [network]
      | ^~~~~~~~~
        hint: name the interface of the cluster network, as `ip link` shows it
r.toml:2:1: unknown key `interfce`
    2 | interfce = "eth1"
      | ^~~~~~~~
        hint: did you mean `interface`?
r.toml:3:11: the prefix length is missing
    3 | address = "10.77.0.1"
      |           ^~~~~~~~~~~
        hint: write the head's own address on the cluster network and its prefix length: "10.77.0.1/24"
r.toml:4:8: the pool ends before it starts
    4 | pool = "10.77.0.200-10.77.0.100"
      |        ^~~~~~~~~~~~~~~~~~~~~~~~~
        hint: swap the two addresses
r.toml:7:14: `lease_time` is not a length of time
    7 | lease_time = "90 s"
      |              ^~~~~~
        hint: write a number and its unit: "90s", "5m", "12h", "7d"
r.toml:8:1: unknown key `image`
    8 | image = "compute"
      | ^~~~~
        hint: `image` belongs in [nodes]
r.toml:11:8: `tftp` must be a whole number, not text
   11 | tftp = "69"
      |        ^~~~
        hint: write it without quotes
r.toml:12:8: port 67 is that of ports.dhcp too
   12 | http = 67
      |        ^~
        hint: give each service a port of its own
r.toml:13:7: `nfs` is 70000, out of range
   13 | nfs = 70000
      |       ^~~~~
        hint: from 1 to 65535
r.toml:16:13: "warn" is not a log level
   16 | log_level = "warn"
      |             ^~~~~~
        hint: did you mean "warning"?
10 faults
)");
}

TEST_CASE("a file that is not TOML is told once, not as a list of missing keys") {
  CHECK(faults_of("[network\ninterface = \"eth1\"\n") ==
        "r.toml:1:9: Error while parsing table header: expected ']', saw '\\n'\n"
        "    1 | [network\n"
        "      |         ^\n"
        "        hint: this is not TOML; nothing after this place was read\n"
        "1 fault\n");
}

TEST_CASE("an empty file lacks two things") {
  CHECK(faults_of("") == R"(r.toml: `interface` is missing in [network]
        hint: name the interface of the cluster network, as `ip link` shows it
r.toml: `address` is missing in [network]
        hint: write the head's own address on the cluster network and its prefix length: "10.77.0.1/24"
2 faults
)");
}

TEST_CASE("a file that cannot be read says so") {
  const auto none = load("/nonexistent/rootstock.toml");
  REQUIRE_FALSE(none);
  REQUIRE(none.error().size() == 1);
  CHECK(none.error()[0].what == "cannot be read: No such file or directory");
  CHECK_FALSE(none.error()[0].hint.empty());
  const auto folder = load(std::filesystem::temp_directory_path());
  REQUIRE_FALSE(folder);
  CHECK(folder.error()[0].what == "cannot be read: Is a directory");
}
