// The verbs of `rootstock nodes` that change seats: each is one question to the service.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <vector>

#include "server/cli/admin_client.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/nodes_verbs.hpp"
#include "server/cli/print.hpp"

namespace rootstock::server {

namespace {

using boost::json::object;
using Words = std::vector<std::string>;

struct Arguments {
  Words nodes;       ///< several words are one list
  std::string node;  ///< where it is a single one
  std::string value;
  bool flag = false;
};

constexpr auto nodes_help = R"(Names, ranges (node[01-12,15]) or MAC addresses; "all": every member)";
constexpr auto waiting_help =
    R"(Names, ranges (node[01-12,15]) or MAC addresses; "all": everybody who waits)";

void send(Context& context, const std::string& verb, object body) {
  const auto answer = post(context, "/nodes/" + verb, body);
  if (answer) print_change(context, answer->as_object());
}

CLI::App* verb(CLI::App& nodes, const char* name, const char* what, const char* footer) {
  auto* command = nodes.add_subcommand(name, what);
  command->footer(footer);
  return command;
}

void add_approve(CLI::App& nodes, Context& context) {
  for (const auto* name : {"approve", "deny"}) {
    const bool yes = std::string_view{name} == "approve";
    auto* command =
        yes ? verb(
                  nodes, name, "Let boards in that wait, or whose identity is in doubt",
                  "Examples:\n  rootstock nodes approve node07\n  rootstock nodes approve dc:a6:32:01:02:03\n"
                  "  rootstock nodes approve all")
            : verb(nodes, name, "Give boards no answer from now on",
                   "What runs on them goes on, with its address, until it is switched off (rootstock "
                   "shutdown NODES).\n\n"
                   "Example:\n  rootstock nodes deny dc:a6:32:01:02:03");
    const auto words = std::make_shared<Arguments>();
    command->add_option("NODES", words->nodes, waiting_help)->required();
    command->callback([&context, words, name] {
      send(context, name, {{"nodes", list_of_words(words->nodes)}});
    });
  }
}

void add_replace(CLI::App& nodes, Context& context) {
  auto* command = verb(nodes, "replace", "Give a dead board's seat to a new board",
                       "Name, address and keys stay. Without --with, the next new board that is switched on "
                       "takes the seat; of several seats, the first.\n\nExamples:\n"
                       "  rootstock nodes replace node07\n"
                       "  rootstock nodes replace node07 --with dc:a6:32:01:02:03\n"
                       "  rootstock nodes replace node07 --none    # it keeps its board after all");
  const auto words = std::make_shared<Arguments>();
  command->add_option("NODES", words->nodes, nodes_help)->required();
  auto* with = command->add_option("--with", words->value, "The new board")->type_name("MAC");
  command->add_flag("--none", words->flag, "Wait for no new board any more")->excludes(with);
  command->callback([&context, words] {
    send(context, "replace",
         {{"nodes", list_of_words(words->nodes)}, {"with", words->value}, {"none", words->flag}});
  });
}

void add_rename(CLI::App& nodes, Context& context) {
  auto* command = verb(nodes, "rename", "Give a node another name",
                       "Address, keys and board stay. Ranges go with ranges of as many names.\n\nExamples:\n"
                       "  rootstock nodes rename node07 gpu01\n"
                       "  rootstock nodes rename 'node[07-09]' 'gpu[01-03]'");
  const auto words = std::make_shared<Arguments>();
  command->add_option("OLD", words->node, "Their names now")->required();
  command->add_option("NEW", words->value, "Their names from now on")->required();
  command->callback([&context, words] {
    send(context, "rename", {{"nodes", words->node}, {"name", words->value}});
  });
}

void add_forget(CLI::App& nodes, Context& context) {
  auto* command = verb(nodes, "forget", "Take seats away: their boards are unknown again",
                       "Examples:\n  rootstock nodes forget 'node[07-09]'\n  rootstock nodes forget --force "
                       "node07   # though it runs");
  const auto words = std::make_shared<Arguments>();
  command->add_option("NODES", words->nodes, nodes_help)->required();
  command->add_flag("--force", words->flag, "Also nodes that run");
  command->callback([&context, words] {
    send(context, "forget", {{"nodes", list_of_words(words->nodes)}, {"force", words->flag}});
  });
}

/// The last word is the value, unless --none stands for it. Several words before it are one list.
bool take_value(Context& context, Arguments& words, const char* what) {
  if (words.flag) return true;
  if (words.nodes.size() < 2) {
    context.failed({fmt::format("{} is missing behind the nodes", what), "or --none for none"},
                   exit_bad_input);
    return false;
  }
  words.value = words.nodes.back();
  words.nodes.pop_back();
  return true;
}

void add_pin(CLI::App& nodes, Context& context) {
  auto* command = verb(nodes, "pin", "Let nodes boot one generation, whatever is active",
                       "Examples:\n  rootstock nodes pin 'node[01-04]' compute/7\n  rootstock nodes pin all "
                       "--none");
  const auto words = std::make_shared<Arguments>();
  command->add_option("NODES IMAGE/N", words->nodes, "The nodes, then the generation")->required();
  command->add_flag("--none", words->flag, "Boot the active generation again");
  command->callback([&context, words] {
    if (!take_value(context, *words, "a generation, as in compute/7,")) return;
    send(context, "pin", {{"nodes", list_of_words(words->nodes)}, {"generation", words->value}});
  });
}

void add_group(CLI::App& nodes, Context& context) {
  auto* command = verb(nodes, "group", "Put nodes into a group of the settings",
                       "Names stay; image and kernel options are the group's from the next boot on.\n\n"
                       "Examples:\n  rootstock nodes group 'node[01-04]' pi4\n  rootstock nodes group node03 "
                       "--none");
  const auto words = std::make_shared<Arguments>();
  command->add_option("NODES GROUP", words->nodes, "The nodes, then the group")->required();
  command->add_flag("--none", words->flag, "Take them out of their group");
  command->callback([&context, words] {
    if (!take_value(context, *words, "a group")) return;
    send(context, "group", {{"nodes", list_of_words(words->nodes)}, {"group", words->value}});
  });
}

void set(Context& context, const Arguments& words) {
  Words nodes;
  object values;
  for (const auto& word : words.nodes) {
    const auto equals = word.find('=');
    if (equals == word.npos) {
      nodes.push_back(word);
      continue;
    }
    auto key = word.substr(0, equals);
    if (key == "kernel-options") key = "kernel_options";
    values[key] = word.substr(equals + 1);
  }
  if (nodes.empty() || values.empty())
    return context.failed({nodes.empty() ? "which nodes is missing" : "nothing to set: KEY=VALUE is missing",
                           "as in: rootstock nodes set node07 image=compute"},
                          exit_bad_input);
  send(context, "set", {{"nodes", list_of_words(nodes)}, {"values", std::move(values)}});
}

void add_set(CLI::App& nodes, Context& context) {
  auto* command = verb(
      nodes, "set", "Set what is a node's own: image, kernel-options, address",
      "Nothing behind '=': as its group or the site has it; of address=, one out of the pool.\n\nExamples:\n"
      "  rootstock nodes set 'node[01-04]' image=compute-next\n"
      "  rootstock nodes set node07 'kernel-options=console=ttyS0 quiet'\n"
      "  rootstock nodes set node07 address=10.77.0.21\n  rootstock nodes set node07 address=\n  rootstock "
      "nodes set all image=");
  const auto words = std::make_shared<Arguments>();
  command->add_option("NODES KEY=VALUE", words->nodes, "The nodes, then what to set")->required();
  command->callback([&context, words] { set(context, *words); });
}

}  // namespace

void print_change(Context& context, const object& answer) {
  if (context.json) {
    fmt::print("{}\n", boost::json::serialize(answer));
  } else {
    for (const auto& entry : list_of(answer, "done"))
      fmt::print("{}: {}\n", text_of(entry.as_object(), "node"), text_of(entry.as_object(), "what"));
    if (const auto next = text_of(answer, "next"); !next.empty()) fmt::print("{}\n", next);
  }
  for (const auto& entry : list_of(answer, "warnings"))
    fmt::print(stderr, "rootstock: warning: {}\n", entry.as_string().c_str());
  for (const auto& entry : list_of(answer, "failed"))
    context.failed({text_of(entry.as_object(), "node") + ": " + text_of(entry.as_object(), "error"),
                    text_of(entry.as_object(), "hint")});
}

void add_node_changes(CLI::App& nodes, Context& context) {
  add_approve(nodes, context);
  add_replace(nodes, context);
  add_rename(nodes, context);
  add_forget(nodes, context);
  add_pin(nodes, context);
  add_group(nodes, context);
  add_set(nodes, context);
}

}  // namespace rootstock::server
