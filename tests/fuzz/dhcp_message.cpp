// Reaches dhcp/message, dhcp/option and client_kind. What emit wrote, parse must read back equal.
#include <cstdlib>

#include "dhcp/client_kind.hpp"
#include "dhcp/message.hpp"

using namespace rootstock::dhcp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = parse(Bytes{data, size});
  if (!message) return 0;
  static_cast<void>(board_of(*message));
  std::vector<std::uint8_t> bytes;
  emit(*message, bytes);
  const auto back = parse(bytes);
  if (!back || !(*back == *message) || bytes.size() != wire_size(*message)) std::abort();
  return 0;
}
