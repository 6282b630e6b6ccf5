#include "rootfs/apt_sources.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>

namespace rootstock::rootfs {
namespace {

std::string lower(std::string_view text) {
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return low;
}

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r") - from + 1));
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

std::string spaced_commas(std::string text) {
  std::replace(text.begin(), text.end(), ',', ' ');
  return text;
}

/// Options of the one-line style whose field has another name (sources.list(5)).
std::string field_of_option(const std::string& option) {
  static const std::map<std::string, std::string> renamed = {
      {"arch", "architectures"}, {"lang", "languages"}, {"target", "targets"}};
  const auto it = renamed.find(option);
  return it == renamed.end() ? option : it->second;
}

/// Cuts "[a=b c=d]" off the front of what follows "deb".
std::string take_options(std::string& rest, AptSource& source) {
  if (!rest.starts_with('[')) return rest;
  const auto close = rest.find(']');
  if (close == std::string::npos) return {};
  for (const auto& option : words(rest.substr(1, close - 1)))
    if (const auto equals = option.find('='); equals != std::string::npos)
      source.fields.emplace_back(field_of_option(lower(option.substr(0, equals))),
                                 spaced_commas(option.substr(equals + 1)));
  return trimmed(rest.substr(close + 1));
}

bool has_word(const std::string& text, std::string_view word) {
  const auto all = words(text);
  return std::find(all.begin(), all.end(), word) != all.end();
}

/// "bookworm-updates" and, before Debian 11, "buster/updates" belong to their release.
bool belongs(std::string_view name, std::string_view suite) {
  if (suite.empty()) return true;
  return name.starts_with(suite) &&
         (name.size() == suite.size() || name[suite.size()] == '-' || name[suite.size()] == '/');
}

std::string suites_of(const AptSource& source, std::string_view suite) {
  std::string kept;
  for (const auto& name : words(source.field("suites")))
    if (belongs(name, suite)) kept += (kept.empty() ? "" : " ") + name;
  return kept;
}

void add_word(std::string& text, const std::string& word) {
  if (!has_word(text, word)) text += " " + word;
}

/// The addresses of those that have this suite.
std::set<std::string> servers_with(const std::vector<AptSource>& sources, std::string_view suite) {
  std::set<std::string> uris;
  for (const auto& source : sources)
    if (has_word(source.field("suites"), suite)) uris.insert(source.field("uris"));
  return uris;
}

bool usable(const AptSource& source, std::string_view architecture) {
  const auto limited = source.field("architectures");
  return has_word(source.field("types"), "deb") && lower(source.field("enabled")) != "no" &&
         (limited.empty() || has_word(limited, architecture)) && !source.field("uris").starts_with("cdrom:");
}

}  // namespace

std::string AptSource::field(std::string_view name) const {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return {};
}

std::vector<AptSource> parse_source_list(std::string_view text) {
  std::vector<AptSource> found;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line.substr(0, line.find('#')));
    if (!line.starts_with("deb ") && !line.starts_with("deb\t")) continue;
    AptSource source;
    auto rest = trimmed(line.substr(4));
    const auto parts = words(take_options(rest, source));
    if (parts.size() < 2) continue;
    source.fields.emplace_back("types", "deb");
    source.fields.emplace_back("uris", parts[0]);
    source.fields.emplace_back("suites", parts[1]);
    std::string components;
    for (std::size_t i = 2; i < parts.size(); ++i) components += (i > 2 ? " " : "") + parts[i];
    if (!components.empty()) source.fields.emplace_back("components", components);
    found.push_back(std::move(source));
  }
  return found;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text) {
  std::vector<AptSource> found;
  AptSource current;
  const auto finish = [&] {
    if (!current.fields.empty()) found.push_back(std::exchange(current, {}));
  };
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    if (trimmed(line).empty()) {
      finish();
    } else if (line[0] == ' ' || line[0] == '\t') {  // continues the field above: an embedded key
      if (!current.fields.empty()) current.fields.back().second += "\n " + trimmed(line);
    } else if (const auto colon = line.find(':'); colon != std::string::npos) {
      current.fields.emplace_back(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
    }
  }
  finish();
  return found;
}

std::string sources_for(const std::vector<AptSource>& sources, std::string_view suite,
                        std::string_view architecture, const Widening& more) {
  const auto has_updates = servers_with(sources, std::string(suite) + "-updates");
  std::string text;
  for (const auto& source : sources) {
    auto suites = suites_of(source, suite);
    if (suites.empty() || !usable(source, architecture)) continue;
    // Debian's own sources have main; somebody else's may have other components, and none of Debian's.
    const bool of_debian = has_word(source.field("components"), "main");
    if (!more.release.empty() && has_word(suites, suite) && has_updates.contains(source.field("uris")))
      add_word(suites, more.release);
    text += "Types: deb\nSuites: " + suites + "\n";
    for (auto [name, value] : source.fields) {
      if (name == "types" || name == "suites" || name == "architectures" || name == "enabled") continue;
      if (name == "components" && of_debian)
        for (const auto& component : more.components) add_word(value, component);
      text += name + ": " + value + "\n";
    }
    text += "\n";
  }
  return text;
}

}  // namespace rootstock::rootfs
