// Who goes first on the cluster's interface when more is to be sent than fits on the wire.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "server/host/check.hpp"
#include "server/links/queueing.hpp"

namespace rootstock::server {
namespace {

/// First come, first served; pfifo_fast is that three times over, by a byte that nothing here sets.
constexpr std::array<std::string_view, 3> plain{"pfifo_fast", "pfifo", "bfifo"};

}  // namespace

std::optional<Finding> judge_queues(const std::string& interface, const std::vector<std::string>& kinds) {
  const auto found = std::ranges::find_first_of(kinds, plain);
  if (found == kinds.end()) return std::nullopt;
  return Finding{
      Severity::warning,
      fmt::format(
          "{} sends in the order first come, first served ({}): when many boards boot, the large windows "
          "of HTTP and NFS slow down Raspberry Pis, which load by TFTP one packet a time",
          interface, *found),
      fmt::format("tc qdisc replace dev {} root fq_codel; and for every start of this machine: echo "
                  "net.core.default_qdisc=fq_codel > /etc/sysctl.d/90-fq_codel.conf",
                  interface)};
}

void check_queues(const Settings& settings, Findings& found) {
  const auto& interface = settings.network.interface;
  if (auto finding = judge_queues(interface, queues_of(interface))) found.push_back(*std::move(finding));
}

}  // namespace rootstock::server
