#pragma once
// apt's source lists as values: both of their styles in, the part for one release out.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rootstock::rootfs {

/// One entry, as fields of the deb822 style (sources.list(5)); field names in lower case.
struct AptSource {
  std::vector<std::pair<std::string, std::string>> fields;

  /// Empty where there is no such field.
  std::string field(std::string_view name) const;
};

/// "deb [signed-by=/key] http://host/debian bookworm main"; other lines are left out.
std::vector<AptSource> parse_source_list(std::string_view text);
/// Paragraphs of a .sources file.
std::vector<AptSource> parse_deb822_sources(std::string_view text);

/// What a recipe wants of a release beyond what this machine has from it.
struct Widening {
  std::vector<std::string> components;  ///< "non-free-firmware": for every source that has "main"
  std::string release;  ///< "trixie-backports": lies on the server that has "trixie-updates" too
};

/// The entries for binary packages of this suite (with its -updates, -security, -backports ...) and
/// architecture, as the text of a .sources file; empty when there are none. Suite "" takes every one.
std::string sources_for(const std::vector<AptSource>& sources, std::string_view suite,
                        std::string_view architecture, const Widening& more = {});

}  // namespace rootstock::rootfs
