#include "server/cli/chosen.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "config/letters.hpp"
#include "server/cli/admin_client.hpp"
#include "server/cli/print.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {
/// Names, brackets, commas and MACs are all a query may hold as they are (RFC 3986 3.4), but for these.
std::string encoded(const std::string& list) {
  std::string out;
  for (const char c : list) {
    const bool plain =
        is_letter(c) || is_digit(c) || std::string_view{"-._:,"}.find(c) != std::string_view::npos;
    out += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::vector<boost::json::object>> nodes_chosen(Context& context, const std::string& list) {
  if (const auto names = expand(list); !names) {
    context.failed(names.error(), exit_bad_input);
    return std::nullopt;
  }
  const auto answer = ask(context, "/nodes?nodes=" + encoded(list));
  if (!answer) return std::nullopt;
  std::vector<boost::json::object> nodes;
  for (const auto& entry : list_of(answer->as_object(), "nodes")) nodes.push_back(entry.as_object());
  return nodes;
}

std::string list_of_words(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ","));
}

}  // namespace rootstock::server
