#include "tests/fleet/firmware/ipxe_script.hpp"

#include <algorithm>

namespace rootstock::fleet {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size();) {
    const auto end = std::min(line.find_first_of(" \t\r", at), line.size());
    if (end > at) words.emplace_back(line.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

IpxeLine read_line(std::string_view text) {
  IpxeLine line;
  const auto words = words_of(text);
  if (words.empty() || words.front().starts_with('#')) return line;
  if (words.front().starts_with(':')) {
    line.label = words.front().substr(1);
    return line;
  }
  line.commands.emplace_back();
  for (const auto& word : words) {
    if (word == "||")
      line.commands.push_back({Join::if_failed, {}});
    else if (word == "&&")
      line.commands.push_back({Join::if_succeeded, {}});
    else
      line.commands.back().words.push_back(word);
  }
  return line;
}

}  // namespace

std::vector<IpxeLine> read_ipxe_script(std::string_view text) {
  std::vector<IpxeLine> lines;
  if (!text.starts_with("#!ipxe")) return lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(read_line(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string expand_ipxe(std::string_view word, const std::map<std::string, std::string>& settings) {
  std::string out;
  while (!word.empty()) {
    const auto begin = word.find("${");
    out += word.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const auto end = word.find('}', begin);
    if (end == std::string_view::npos) break;
    auto name = word.substr(begin + 2, end - begin - 2);
    name = name.substr(0, name.find(':'));
    if (name.starts_with("net0/")) name.remove_prefix(5);
    if (const auto found = settings.find(std::string{name}); found != settings.end()) out += found->second;
    word.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace rootstock::fleet
