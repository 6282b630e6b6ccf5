#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "server/cli/admin_client.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/print.hpp"

namespace rootstock::server {

namespace {

using boost::json::object;

void print_list(const boost::json::array& files) {
  std::vector<std::vector<std::string>> rows{{"MODE", "OWNER", "SIZE", "PATH"}};
  for (const auto& entry : files) {
    const auto& file = entry.as_object();
    rows.push_back({text_of(file, "mode"), text_of(file, "owner"), bytes_text(number_of(file, "bytes")),
                    text_of(file, "path") + (truth_of(file, "secret") ? "  (secret)" : "")});
  }
  fmt::print("{}", aligned(rows));
}

/// "/etc/hostname" and "etc/hostname" are the same file.
std::string_view without_slash(std::string_view path) { return path.substr(path.starts_with('/') ? 1 : 0); }

const object* find(const boost::json::array& files, std::string_view path) {
  for (const auto& file : files)
    if (without_slash(text_of(file.as_object(), "path")) == without_slash(path)) return &file.as_object();
  return nullptr;
}

/// One file of a node's overlay.
void show(Context& context, const std::string& node, const std::string& path, const object& overlay) {
  const auto* file = find(list_of(overlay, "files"), path);
  if (file == nullptr)
    return context.failed(
        {fmt::format("{} gets no file {} in its overlay", node, path),
         fmt::format("`rootstock overlay {}` lists what it gets; the rest is in its image", node)},
        exit_bad_input);
  if (truth_of(*file, "secret"))
    context.failed({fmt::format("{} is secret: the service shows it to the node alone", path), ""});
  else
    fmt::print("{}", text_of(*file, "content"));
}

/// What --json says of one node: its overlay, or one file of it.
std::optional<boost::json::value> json_of(Context& context, const std::string& path, const object& overlay) {
  if (path.empty()) return overlay;
  const auto* file = find(list_of(overlay, "files"), path);
  if (file != nullptr) return *file;
  show(context, text_of(overlay, "node"), path, overlay);  // says that there is none
  return std::nullopt;
}

void print(Context& context, const std::string& path, const object& overlay) {
  if (path.empty())
    print_list(list_of(overlay, "files"));
  else
    show(context, text_of(overlay, "node"), path, overlay);
}

void run(Context& context, const std::string& list, const std::string& path) {
  const auto nodes = nodes_chosen(context, list);
  if (!nodes) return;
  const bool several = nodes->size() > 1;
  boost::json::array all;
  for (const auto& node : *nodes) {
    const auto name = text_of(node, "name");
    const auto answer = ask(context, "/overlay/" + name);
    if (!answer) return;
    const auto& overlay = answer->as_object();
    if (context.json) {
      if (auto said = json_of(context, path, overlay); said && several)
        all.push_back(object{{"node", name}, {path.empty() ? "overlay" : "file", *std::move(said)}});
      else if (said)
        fmt::print("{}\n", boost::json::serialize(*said));
      continue;
    }
    if (several) fmt::print("{}{}:\n", &node == &nodes->front() ? "" : "\n", name);
    std::fflush(stdout);
    print(context, path, overlay);
  }
  if (context.json && several)
    fmt::print("{}\n", boost::json::serialize(object{{"overlays", std::move(all)}}));
}

}  // namespace

void add_overlay(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("overlay", "The files that make a node itself");
  const auto node = std::make_shared<std::string>(), path = std::make_shared<std::string>();
  command->add_option("NODES", *node, "One or more: node03, node[01-12], MAC addresses, or \"all\"")
      ->required();
  command->add_option("PATH", *path, "Show this file as the node gets it");
  command->footer(
      R"(A node unpacks its overlay over the shared image at each boot. Secrets are listed, never shown.

Examples:
  rootstock overlay node01
  rootstock overlay node01 /etc/hostname
  rootstock overlay 'node[01-12]' /etc/hostname)");
  command->callback([&context, node, path] { run(context, *node, *path); });
}

}  // namespace rootstock::server
