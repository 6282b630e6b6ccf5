// Any bytes as a list of nodes: no crash, and every fault of it, and of every node in it, has a place.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/node_csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rootstock;
  const auto list = parse_node_csv({reinterpret_cast<const char*>(data), size}, "fuzz.csv");
  if (!list) {
    if (list.error().empty() || text(list.error()).empty()) std::abort();
    return 0;
  }
  if (list->nodes.size() != list->places.size() || list->nodes.size() != list->lines.size()) std::abort();
  for (const auto& fault : read_declared(list->nodes, Settings{}).faults) {
    const auto told = list->fault("fuzz.csv", fault);
    if (told.at.line < 2 || told.at.column < 1 || told.text().empty()) std::abort();
  }
  return 0;
}
