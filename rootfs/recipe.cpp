#include "rootfs/recipe.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "config/toml.hpp"

namespace rootstock::rootfs {
namespace {

const std::vector<std::string> architectures = {"amd64", "arm64"};
const std::vector<std::string> variants = {"essential", "apt",       "required",
                                           "minbase",   "important", "standard"};

bool only(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || more.find(c) != std::string_view::npos;
  });
}

/// A package as apt takes it: name, name:architecture, name=version, name/suite.
bool is_package(std::string_view text) {
  return only(text, "+-.:=~/_ABCDEFGHIJKLMNOPQRSTUVWXYZ") && text[0] != '-' && text[0] != '.' &&
         text[0] != '/';
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// One of a few words; the first stands in for a wrong one.
std::string choice(const TomlTable& table, const std::string& key, const std::vector<std::string>& words,
                   const std::string& otherwise) {
  const auto text = table.text(key);
  if (!text) return otherwise;
  if (std::find(words.begin(), words.end(), *text) != words.end()) return *text;
  const auto near = nearest(*text, words);
  table.fault(key, "\"" + *text + "\" is none of " + listed(words),
              near.empty() ? "" : "did you mean \"" + near + "\"?");
  return otherwise;
}

std::string suite(const TomlTable& top, const BuildHost& host) {
  auto suite = top.required_text("suite", "suite = \"host\" takes this machine's own release");
  if (!suite.empty() && !only(suite, "-"))
    top.fault("suite", "\"" + suite + "\" is no name of a release",
              "for example \"bookworm\", \"trixie\" or \"host\"");
  return suite == "host" ? host.suite : suite;
}

std::vector<std::string> packages(const TomlTable& top) {
  auto names = top.texts("packages");
  for (const auto& name : names)
    if (!is_package(name)) top.fault("packages", "\"" + name + "\" is no name of a package");
  return names;
}

std::string kernel(const TomlTable& top) {
  auto name = top.text("kernel").value_or("");
  if (!name.empty() && (!is_package(name) || !name.starts_with("linux-image-")))
    top.fault("kernel", "\"" + name + "\" is no kernel package",
              "for example \"linux-image-amd64\" or \"linux-image-arm64\"");
  return name;
}

std::vector<std::string> sources(const TomlTable& top) {
  auto lines = top.texts("sources");
  for (const auto& line : lines)
    if (!line.starts_with("deb "))
      top.fault("sources", "\"" + line + "\" is no line of an apt source list",
                "for example \"deb http://YOUR-MIRROR/debian bookworm main\"");
  return lines;
}

std::vector<std::string> patterns(const TomlTable& top, const std::string& key) {
  auto found = top.texts(key);
  for (const auto& pattern : found)
    if (!pattern.starts_with("/")) top.fault(key, "\"" + pattern + "\" does not start with \"/\"");
  return found;
}

std::uint32_t mode(const TomlTable& table) {
  const auto text = table.text("mode").value_or("0644");
  std::uint32_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 8);
  if (error != std::errc{} || end != text.data() + text.size() || bits > 07777)
    table.fault("mode", "\"" + text + "\" is no file mode",
                "four octal digits, such as \"0644\" or \"0755\"");
  return bits;
}

bool stays_inside(const std::filesystem::path& path) {
  return path.is_absolute() && path.has_filename() && std::find(path.begin(), path.end(), "..") == path.end();
}

RecipeFile extra_file(const TomlTable& table, const std::filesystem::path& folder) {
  RecipeFile file;
  file.path = table.required_text("path", "the file's place in the image, such as \"/etc/motd\"");
  if (!file.path.empty() && !stays_inside(file.path))
    table.fault("path", "\"" + file.path + "\" is no absolute path of a file in the image");
  file.mode = mode(table);
  const auto content = table.text("content"), source = table.text("source");
  if (content && source) table.fault("source", "both content and source are given", "remove one of them");
  if (!table.has("content") && !table.has("source"))
    table.fault("path", "neither content nor source is given", "content = \"text\" or source = \"FILE\"");
  file.content = content.value_or("");
  if (source) file.source = folder / *source;
  return file;
}

RecipeHook hook(const TomlTable& table, std::size_t index) {
  RecipeHook hook;
  hook.name = table.text("name").value_or("hook " + std::to_string(index + 1));
  if (hook.name.empty() || hook.name.find_first_of("/\n") != std::string::npos || hook.name[0] == '.')
    table.fault("name", "a hook's name is one line of text without \"/\"");
  hook.script = table.required_text("run", "the shell commands, run inside the image");
  return hook;
}

}  // namespace

Result<Recipe, std::vector<Diagnostic>> parse_recipe(const std::filesystem::path& file,
                                                     const std::string& text, const BuildHost& host) {
  Source source(file.string(), text);
  const Toml document(source);
  const auto top = document.top();
  Recipe recipe;
  recipe.file = file;
  recipe.suite = suite(top, host);
  auto known = architectures;
  known.push_back("host");
  recipe.architecture = choice(top, "architecture", known, "host");
  if (recipe.architecture == "host") recipe.architecture = host.architecture;
  recipe.variant = choice(top, "variant", variants, recipe.variant);
  recipe.root_kind =
      choice(top, "root", {"squashfs", "tree"}, "squashfs") == "tree" ? RootKind::tree : RootKind::squashfs;
  recipe.packages = packages(top);
  recipe.kernel = kernel(top);
  recipe.sources = sources(top);
  recipe.leave_out = patterns(top, "leave_out");
  recipe.keep = patterns(top, "keep");
  for (const auto& table : top.tables("file")) recipe.files.push_back(extra_file(table, file.parent_path()));
  for (const auto& table : top.tables("hook")) recipe.hooks.push_back(hook(table, recipe.hooks.size()));
  document.finish();
  if (!source.sound()) return tl::unexpected{source.faults()};
  return recipe;
}

}  // namespace rootstock::rootfs
