// Whatever list is understood, fold() writes it in a form that is understood as the same names.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/nodes/hostlist.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  using namespace rootstock::server;
  auto names = expand({reinterpret_cast<const char*>(data), length});
  if (!names) return 0;
  if (names->empty() || names->size() > most_hosts) std::abort();
  auto back = expand(fold(*names));
  if (!back) std::abort();
  std::sort(names->begin(), names->end());
  std::sort(back->begin(), back->end());
  if (*back != *names) std::abort();
  return 0;
}
