#include "server/slurm/control.hpp"

#include <fmt/format.h>

#include <chrono>

#include "rootfs/process.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{30};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Result<std::string, Failure> slurm(const std::vector<std::string>& argv) {
  rootfs::RunOptions options;
  options.environment = {{"LC_ALL", "C"}};
  options.stop = [end = Clock::now() + patience] { return Clock::now() > end; };
  const auto done = rootfs::run(argv, options);
  if (!done) return tl::unexpected{done.error()};
  if (done->status == 0 && !done->stopped) return done->output;
  const auto why = done->stopped ? std::string{"its controller does not answer"} : first_line(done->errors);
  return fail(fmt::format("{}: {}", argv.front(), why.empty() ? first_line(done->output) : why),
              "does slurmctld run (`scontrol ping`), and are you root?");
}

Result<void, Failure> change(std::vector<std::string> argv) {
  if (const auto done = slurm(std::move(argv)); !done) return tl::unexpected{done.error()};
  return {};
}

Result<void, Failure> update(const std::vector<std::string>& nodes, const std::string& state,
                             const std::string& reason) {
  if (nodes.empty()) return {};
  std::vector<std::string> argv{"scontrol", "update", "NodeName=" + fold(nodes), "State=" + state};
  if (!reason.empty()) argv.push_back("Reason=" + reason);
  return change(std::move(argv));
}

}  // namespace

Result<SlurmPicture, Failure> look_at_slurm() {
  const auto nodes = slurm({"sinfo", "--noheader", "--Node", "--format", sinfo_format});
  if (!nodes) return tl::unexpected{nodes.error()};
  const auto jobs =
      slurm({"squeue", "--noheader", "--states=running,suspended,completing", "--format", squeue_format});
  if (!jobs) return tl::unexpected{jobs.error()};
  return SlurmPicture{parse_sinfo(*nodes), parse_squeue(*jobs)};
}

Result<void, Failure> drain(const std::vector<std::string>& nodes, const std::string& reason) {
  return update(nodes, "DRAIN", reason);
}

Result<void, Failure> take_down(const std::vector<std::string>& nodes, const std::string& reason) {
  return update(nodes, "DOWN", reason);
}

Result<void, Failure> undrain(const std::vector<std::string>& nodes) { return update(nodes, "UNDRAIN", {}); }

Result<void, Failure> reboot_when_free(const std::vector<std::string>& nodes, const std::string& reason) {
  if (nodes.empty()) return {};
  return change({"scontrol", "reboot", "ASAP", "nextstate=RESUME", "reason=" + reason, fold(nodes)});
}

}  // namespace rootstock::server
