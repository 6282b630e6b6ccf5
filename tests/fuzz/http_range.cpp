// Reaches range_of, parse_target and parse_form: all of our own code that reads HTTP's words.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/http/range.hpp"
#include "server/http/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  using namespace rootstock::server;
  const std::string_view text{reinterpret_cast<const char*>(data), length};
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, UINT64_MAX}) {
    const auto answer = range_of(text, size);
    const auto [first, count] = answer.span;
    if (first > size || count > size - first) std::abort();
    if (answer.kind == RangeAnswer::Kind::part && count == 0) std::abort();
  }
  if (const auto target = parse_target(text)) {
    const auto path = "/" + target->path + "/";
    if (path.find("/../") != path.npos || path.find('\0') != path.npos) std::abort();
  }
  parse_form(text);
  return 0;
}
