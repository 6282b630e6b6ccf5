#include "rootfs/recipe.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "config/toml.hpp"

namespace rootstock::rootfs {
namespace {

const std::vector<std::string> known_architectures = {"amd64", "arm64"};
const std::vector<std::string> variants = {"essential", "apt",      "required", "minbase",
                                           "important", "standard", "extract"};

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

/// Of what is unpacked, not installed, the newest is taken: apt has no say there in versions.
bool is_plain_package(std::string_view text) { return only(text, "+-.") && text[0] != '-' && text[0] != '.'; }

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

/// One architecture, or several. A wrong one is a fault, and left out.
std::vector<std::string> architectures(const TomlTable& top, const BuildHost& host) {
  auto known = known_architectures;
  known.push_back("host");
  auto words = top.texts("architectures");
  const auto one = choice(top, "architecture", known, "host");
  if (top.has("architecture") && top.has("architectures"))
    top.fault("architectures", "both architecture and architectures are given", "remove one of them");
  if (top.has("architectures") && words.empty() && top.sound("architectures"))
    top.fault("architectures", "the list is empty", "for example [\"amd64\", \"arm64\"]");
  if (!top.has("architectures")) words = {one};
  std::vector<std::string> found;
  for (auto word : words) {
    if (std::find(known.begin(), known.end(), word) == known.end())
      top.fault("architectures", "\"" + word + "\" is none of " + listed(known));
    else if (word = word == "host" ? host.architecture : word;
             std::find(found.begin(), found.end(), word) != found.end())
      top.fault("architectures", "\"" + word + "\" is there twice");
    else
      found.push_back(word);
  }
  return found;
}

std::vector<std::string> packages(const TomlTable& table, const std::string& key) {
  auto names = table.texts(key);
  for (const auto& name : names)
    if (!is_package(name)) table.fault(key, "\"" + name + "\" is no name of a package");
  return names;
}

std::vector<std::string> boot_packages(const TomlTable& table) {
  auto names = table.texts("boot_packages");
  for (const auto& name : names)
    if (!is_plain_package(name))
      table.fault("boot_packages", "\"" + name + "\" is no name of a package",
                  "the name alone, such as \"raspi-firmware\": the newest is taken");
  return names;
}

std::vector<std::string> words(const TomlTable& top, const std::string& key, const std::string& example) {
  auto found = top.texts(key);
  for (const auto& word : found)
    if (!only(word, "-_")) top.fault(key, "\"" + word + "\" is no name", "for example " + example);
  return found;
}

std::string kernel(const TomlTable& table) {
  auto name = table.text("kernel").value_or("");
  const auto slash = std::min(name.find('/'), name.size());
  const bool release = slash == name.size() || only(std::string_view(name).substr(slash + 1), "-");
  if (!name.empty() &&
      (!is_plain_package(name.substr(0, slash)) || !release || !name.starts_with("linux-image-")))
    table.fault("kernel", "\"" + name + "\" is no kernel package",
                "for example \"linux-image-amd64\" or \"linux-image-arm64/trixie-backports\"");
  return name;
}

/// "linux-image-arm64/trixie-backports": a kernel newer than the release's own.
void set_kernel(const std::string& name, Recipe& recipe) {
  if (name.empty()) return;
  const auto slash = name.find('/');
  recipe.kernel = name.substr(0, slash);
  recipe.kernel_release = slash == std::string::npos ? "" : name.substr(slash + 1);
}

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

/// What only one architecture has: its table adds to the lists, and says the kernel.
struct Own {
  std::string kernel;
  std::vector<std::string> packages, boot_packages;

  explicit Own(const TomlTable& table)
      : kernel(rootfs::kernel(table)),
        packages(rootfs::packages(table, "packages")),
        boot_packages(rootfs::boot_packages(table)) {}

  void add_to(Recipe& recipe) const {
    set_kernel(kernel, recipe);
    append(recipe.packages, packages);
    append(recipe.boot_packages, boot_packages);
  }
};

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

Result<std::vector<Recipe>, std::vector<Diagnostic>> parse_recipe(const std::filesystem::path& file,
                                                                  const std::string& text,
                                                                  const BuildHost& host) {
  Source source(file.string(), text);
  const Toml document(source);
  const auto top = document.top();
  Recipe common;
  common.file = file;
  common.suite = suite(top, host);
  common.variant = choice(top, "variant", variants, common.variant);
  common.root_kind =
      choice(top, "root", {"squashfs", "tree"}, "squashfs") == "tree" ? RootKind::tree : RootKind::squashfs;
  Own(top).add_to(common);
  common.sources = sources(top);
  common.components = words(top, "components", "\"non-free-firmware\"");
  common.with_sources = words(top, "with_sources", "\"raspberrypi\", a key of [images.sources]");
  common.leave_out = patterns(top, "leave_out");
  common.keep = patterns(top, "keep");
  for (const auto& table : top.tables("file")) common.files.push_back(extra_file(table, file.parent_path()));
  for (const auto& table : top.tables("hook")) common.hooks.push_back(hook(table, common.hooks.size()));
  std::map<std::string, Own> own;
  for (const auto& name : known_architectures) own.emplace(name, Own(top.table(name)));
  std::vector<Recipe> recipes;
  for (const auto& architecture : architectures(top, host)) {
    auto& recipe = recipes.emplace_back(common);
    recipe.architecture = architecture;
    // A head of another kind may build for itself: it has no table here, and says so later, when it looks for
    // packages.
    if (const auto it = own.find(architecture); it != own.end()) it->second.add_to(recipe);
  }
  document.finish();
  if (!source.sound()) return tl::unexpected{source.faults()};
  return recipes;
}

}  // namespace rootstock::rootfs
