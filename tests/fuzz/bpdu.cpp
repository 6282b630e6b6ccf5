// What is taken for a BPDU holds what one can hold.
#include <cstdint>
#include <cstdlib>

#include "server/links/bpdu.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  using namespace std::chrono_literals;
  const auto bpdu = rootstock::server::parse_bpdu({data, length});
  if (!bpdu) return 0;
  if (length < 52) std::abort();
  for (const auto time : {bpdu->hello, bpdu->forward_delay})
    if (time < 0s || time >= 256s) std::abort();
  return 0;
}
