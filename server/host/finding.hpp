#pragma once
// What a look at the host brought to light.

#include <string>
#include <vector>

namespace rootstock::server {

enum class Severity {
  warning,  ///< works, but somebody should know
  error,    ///< this host is not ready to be a head
};

struct Finding {
  Severity severity = Severity::error;
  std::string what;
  std::string hint;
  bool stops_serving = false;  ///< `serve` cannot do its work
  bool may_pass = false;       ///< it may be over in a moment: what holds a port may be ending
  bool moves_nodes = false;    ///< `serve --move-nodes` does it all the same
};

using Findings = std::vector<Finding>;

}  // namespace rootstock::server
