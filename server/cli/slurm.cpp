#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <memory>
#include <string_view>

#include "rootfs/tree_files.hpp"
#include "server/cli/command.hpp"
#include "server/slurm/slurm_conf.hpp"

namespace rootstock::server {
namespace {

struct Options {
  std::filesystem::path folder;
  SlurmHead head;
};

/// slurmctld compares its own host name, up to the first dot, with SlurmctldHost.
std::string short_hostname() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  const std::string_view whole(name.data());
  return std::string(whole.substr(0, whole.find('.')));
}

Result<void, Failure> write(const std::filesystem::path& file, const std::string& text) {
  auto written = rootfs::write_file(file, text, std::filesystem::perms(0644));
  if (written) std::cout << "wrote " << file.string() << "\n";
  return written;
}

void run(const Options& options, Context& context) {
  const auto settings = context.settings();
  if (!settings) return;
  const auto conf = slurm_conf(*settings, options.head), cgroup = cgroup_conf();
  if (options.folder.empty()) {
    std::cout << "# slurm.conf\n" << conf << "\n# cgroup.conf\n" << cgroup;
    return;
  }
  for (const auto& [name, text] : {std::pair{"slurm.conf", conf}, std::pair{"cgroup.conf", cgroup}})
    if (const auto written = write(options.folder / name, text); !written)
      return context.failed(written.error());
}

}  // namespace

void add_slurm(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("slurm", "Print or write the head's slurm.conf and cgroup.conf");
  auto options = std::make_shared<Options>();
  options->head.hostname = short_hostname();
  command->add_option("--write", options->folder,
                      "Write both files into this folder instead, e.g. /etc/slurm");
  command->add_option("--hostname", options->head.hostname, "The head's short name")->capture_default_str();
  command->add_option("--user", options->head.user, "The user slurmctld runs as")->capture_default_str();
  command->add_option("--state", options->head.state, "Where slurmctld keeps jobs and nodes")
      ->capture_default_str();
  command->add_option("--log", options->head.log, "slurmctld's log file")->capture_default_str();
  command->add_option("--pid", options->head.pid, "slurmctld's pid file")->capture_default_str();
  command->callback([options, &context] { run(*options, context); });
}

}  // namespace rootstock::server
