#pragma once
// Lists of node names as people of clusters write them (Slurm, pdsh, ClusterShell): "node[01-12,15],gpu3".
//
//   list  = item { "," item }           item = { text | "[" range { "," range } "]" }
//   range = number [ "-" number ]       the zeros in front of the first number are kept: [08-10] is 08, 09,
//   10

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace rootstock::server {

/// So that a slip of the finger ("node[1-99999999]") is told, and costs nothing.
constexpr std::size_t most_hosts = 65536;

/// The names in the order written, each once. A failure says at which character what is wrong.
Result<std::vector<std::string>, Failure> expand(std::string_view list);

/// The shortest list of ranges, in natural order (node9 before node10): expand() gives the names back.
std::string fold(std::vector<std::string> names);

/// As it is typed into a shell: quoted when it holds brackets, which a shell takes for its own.
std::string for_shell(const std::string& list);

/// Numbers within names compare as numbers.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace rootstock::server
