#pragma once
// An iPXE script as iPXE reads it: commands line by line, joined by || and &&, labels, ${settings}.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::fleet {

enum class Join : std::uint8_t { first, if_failed, if_succeeded };
struct IpxeCommand {
  Join join = Join::first;
  std::vector<std::string> words;
};
struct IpxeLine {
  std::string label;  ///< ":label" stands here
  std::vector<IpxeCommand> commands;
};

/// None of it when the text does not begin with "#!ipxe".
std::vector<IpxeLine> read_ipxe_script(std::string_view text);

/// ${name} and ${name:uristring} replaced; unknown names become nothing.
std::string expand_ipxe(std::string_view word, const std::map<std::string, std::string>& settings);

}  // namespace rootstock::fleet
