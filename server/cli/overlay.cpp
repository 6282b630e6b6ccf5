#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "config/validate.hpp"
#include "server/cli/admin_client.hpp"
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

void show(Context& context, const std::string& node, const std::string& path, const object& overlay) {
  const auto* file = find(list_of(overlay, "files"), path);
  if (file == nullptr)
    return context.failed(
        {fmt::format("{} gets no file {} in its overlay", node, path),
         fmt::format("`rootstock overlay {}` lists what it gets; the rest is in its image", node)},
        exit_bad_input);
  if (context.json)
    fmt::print("{}\n", boost::json::serialize(*file));
  else if (truth_of(*file, "secret"))
    context.failed({fmt::format("{} is secret: the service shows it to the node alone", path), ""});
  else
    fmt::print("{}", text_of(*file, "content"));
}

void run(Context& context, const std::string& node, const std::string& path) {
  if (!is_host_label(node))
    return context.failed(
        {fmt::format("\"{}\" is not the name of a node", node), "`rootstock nodes` lists them"},
        exit_bad_input);
  const auto answer = ask(context, "/overlay/" + node);
  if (!answer) return;
  if (!path.empty())
    show(context, node, path, answer->as_object());
  else if (context.json)
    fmt::print("{}\n", boost::json::serialize(*answer));
  else
    print_list(list_of(answer->as_object(), "files"));
}

}  // namespace

void add_overlay(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("overlay", "The files that make a node itself");
  const auto node = std::make_shared<std::string>(), path = std::make_shared<std::string>();
  command->add_option("NODE", *node, "Its name")->required();
  command->add_option("PATH", *path, "Show this file as the node gets it");
  command->footer(
      R"(A node unpacks its overlay over the shared image at each boot. Secrets are listed, never shown.

Examples:
  rootstock overlay node01
  rootstock overlay node01 /etc/hostname)");
  command->callback([&context, node, path] { run(context, *node, *path); });
}

}  // namespace rootstock::server
