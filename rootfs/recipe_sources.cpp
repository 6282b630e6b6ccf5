#include "rootfs/recipe_sources.hpp"

#include <utility>

namespace rootstock::rootfs {
namespace {

/// The machine's own entries for it: Raspberry Pi OS has "raspberrypi" in the address of its archive.
std::vector<AptSource> own_of(const std::vector<AptSource>& of_host, const std::string& name) {
  std::vector<AptSource> found;
  for (const auto& source : of_host)
    if (source.field("uris").find(name) != std::string::npos) found.push_back(source);
  return found;
}

Failure unknown(const Recipe& recipe, const std::string& name) {
  return {"recipe " + recipe.file.string() + " wants packages from \"" + name +
              "\", and this machine knows no such source",
          "add to the settings:\n  [images.sources]\n  " + name + " = \"deb [signed-by=/usr/share/keyrings/" +
              name + ".gpg] http://YOUR-MIRROR/debian " + recipe.suite + " main\""};
}

}  // namespace

Result<std::string, Failure> sources_text(const Recipe& recipe, const std::vector<AptSource>& of_host,
                                          const NamedSources& named) {
  std::vector<AptSource> own;
  for (const auto& line : recipe.sources)
    for (auto& source : parse_source_list(line)) own.push_back(std::move(source));
  auto text = recipe.sources.empty() ? sources_for(of_host, recipe.suite, recipe.architecture,
                                                   {recipe.components, recipe.kernel_release})
                                     : sources_for(own, "", recipe.architecture);
  if (text.empty())
    return fail("no apt source for " + recipe.suite + " " + recipe.architecture + " is known to this machine",
                "write one into " + recipe.file.string() + ": sources = [\"deb http://YOUR-MIRROR/debian " +
                    recipe.suite + " main\"]");
  for (const auto& name : recipe.with_sources) {
    const auto line = named.find(name);
    const auto more = line == named.end() ? own_of(of_host, name) : parse_source_list(line->second);
    const auto entries = sources_for(more, "", recipe.architecture);
    if (entries.empty()) return tl::unexpected{unknown(recipe, name)};
    // The machine's own entry is among those of its release already; apt would warn about a second.
    if (text.find(entries) == std::string::npos) text += entries;
  }
  return text;
}

}  // namespace rootstock::rootfs
