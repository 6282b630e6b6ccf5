#pragma once
// A list of nodes as a spreadsheet writes it: CSV (RFC 4180) with a header line, columns in any order, parted
// by commas or semicolons.

#include <map>
#include <string>
#include <vector>

#include "config/declared.hpp"
#include "config/diagnostic.hpp"
#include "config/result.hpp"

namespace rootstock {

struct NodeCsv {
  std::vector<NodeWords> nodes;
  /// For each node, where its columns stand ("name", "mac" ...), and its whole line.
  std::vector<std::map<std::string, Place>> places;
  std::vector<std::string> lines;

  /// A fault of one node's column; where the column is missing, of its line.
  Diagnostic fault(const std::string& file, const NodeFault& fault) const;
};

/// Faults of the list's form; whether the words in it are right is another question.
Result<NodeCsv, std::vector<Diagnostic>> parse_node_csv(const std::string& text, const std::string& file);

}  // namespace rootstock
