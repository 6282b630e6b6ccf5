#pragma once
// Nodes declared beforehand, in [[node]] or in a list of their own: from words to values, with every fault.

#include <cstddef>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace rootstock {

/// One node as somebody wrote it. What is empty was left out.
struct NodeWords {
  std::string name, mac, serial, group, address;
};

struct NodeFault {
  std::size_t node = 0;  ///< which one, from 0
  std::string field;     ///< "name", "mac" ...
  std::string what, hint;
};

struct DeclaredNodes {
  std::vector<DeclaredNode> nodes;  ///< as many as there were words; what is at fault in them is left out
  std::vector<NodeFault> faults;
};

/// Each for itself, to each other, and to `settings`, whose network and groups are read already.
DeclaredNodes read_declared(const std::vector<NodeWords>& words, const Settings& settings);

}  // namespace rootstock
