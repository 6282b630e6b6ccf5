// Any bytes as a settings file: no crash, every fault can be printed, and Settings that exist are valid.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/letters.hpp"
#include "config/load.hpp"

using namespace rootstock;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

void check_faults(const std::vector<Diagnostic>& faults) {
  must(!faults.empty());
  for (const auto& fault : faults) must(!fault.what.empty() && !fault.text().empty());
  must(!text(faults).empty());
}

void check_settings(const Settings& settings) {
  const auto& network = settings.network;
  must(network.subnet.contains(network.address) && !network.pool.contains(network.address));
  must(network.pool.size() > 0 && network.subnet.contains(network.pool.first) &&
       network.subnet.contains(network.pool.last));
  must(!network.interface.empty() && network.interface.size() <= 15);
  must(is_host_label(settings.nodes.prefix + "1"));
  must(settings.paths.state.is_absolute() && settings.paths.run.is_absolute());
  must(settings.ports.dhcp != settings.ports.tftp && settings.service.user != "root");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto settings = load_text({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (settings)
    check_settings(*settings);
  else
    check_faults(settings.error());
  return 0;
}
