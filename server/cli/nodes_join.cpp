// `rootstock nodes join`: the door stands open, and boards are told as they are plugged in.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <ctime>
#include <map>
#include <memory>

#include "config/duration.hpp"
#include "server/cli/admin_client.hpp"
#include "server/cli/nodes_verbs.hpp"
#include "server/cli/pause.hpp"
#include "server/cli/print.hpp"

namespace rootstock::server {

namespace {

using boost::json::object;

struct Arguments {
  std::string time = "10m";
  bool stop = false, keep = false;
};

std::string board_words(const object& board) {
  const auto serial = text_of(board, "serial");
  return text_of(board, "mac") + "  " + text_of(board, "dialect") + (serial.empty() ? "" : ", " + serial);
}

void print_board(const Context& context, const object& board, std::size_t place) {
  if (context.json) {
    fmt::print("{}\n", boost::json::serialize(board));
  } else {
    const auto node = text_of(board, "node");
    const auto at = static_cast<std::time_t>(number_of(board, "first"));
    fmt::print("{:%H:%M:%S}  {:>3}  {:<12}  {:<12}  {}\n", fmt::localtime(at), place,
               node.empty() ? "-" : node, text_of(board, "outcome"), board_words(board));
  }
  std::fflush(stdout);
}

/// Boards that are new since the last look, and those of which something else became.
class Listing {
 public:
  void tell(const Context& context, const object& door) {
    std::size_t place = 0;
    for (const auto& entry : list_of(door, "boards")) {
      const auto& board = entry.as_object();
      auto& told = told_[text_of(board, "mac")];
      const auto now = text_of(board, "outcome") + " " + text_of(board, "node");
      ++place;
      if (told == now) continue;
      told = now;
      print_board(context, board, place);
    }
  }
  double boards() const { return static_cast<double>(told_.size()); }

 private:
  std::map<std::string, std::string> told_;
};

std::string boards_text(double count) { return fmt::format("{:.0f} board{}", count, count == 1 ? "" : "s"); }

/// Those that were switched on before.
void tell_waiting(const object& door) {
  const auto waiting = number_of(door, "waiting");
  if (waiting == 0) return;
  const auto* is = waiting == 1 ? "waits" : "wait";
  fmt::print("{} {} already: {}\n", boards_text(waiting), is,
             truth_of(door, "waiting_come_in") ? "let in when they ask again, within a minute"
                                               : "rootstock nodes approve lets them in");
}

bool shut(Context& context, std::string_view why) {
  const auto answer = post(context, "/nodes/join", {{"seconds", 0}});
  if (answer && !context.json) fmt::print("{}\n", why);
  return answer.has_value();
}

void stay(Context& context, const Arguments& words) {
  const Pause pause;
  Listing listing;
  for (;;) {
    const auto door = ask(context, "/nodes/join");
    if (!door) return;
    listing.tell(context, door->as_object());
    if (number_of(door->as_object(), "open_until") == 0) break;
    if (pause.wait(std::chrono::milliseconds{500}) != Pause::Ended::stop) continue;
    if (!words.keep) {
      shut(context, fmt::format("the door is shut again; {} came", boards_text(listing.boards())));
      return;
    }
    if (!context.json) fmt::print("the door stays open: rootstock nodes join --stop shuts it\n");
    return;
  }
  if (!context.json) fmt::print("the door is shut again; {} came\n", boards_text(listing.boards()));
}

void run(Context& context, const Arguments& words) {
  if (words.stop) {
    shut(context, "the door is shut");
    return;
  }
  const auto time = parse_duration(words.time);
  if (!time || time->count() == 0)
    return context.failed(
        {fmt::format("\"{}\" is not a length of time", words.time), std::string{duration_hint}},
        exit_bad_input);
  const auto door = post(context, "/nodes/join", {{"seconds", time->count()}});
  if (!door) return;
  if (!context.json) {
    fmt::print("new boards are let in for {}: switch them on, in the order of their names\n", words.time);
    tell_waiting(door->as_object());
  }
  std::fflush(stdout);
  stay(context, words);
}

}  // namespace

void add_join(CLI::App& nodes, Context& context) {
  auto* command = nodes.add_subcommand("join", "Let new boards in, and tell each as it is plugged in");
  const auto words = std::make_shared<Arguments>();
  command->add_option("--for", words->time, "For how long")->type_name("TIME")->capture_default_str();
  command->add_flag("--keep", words->keep, "Ctrl-C ends the list, and the door stays open");
  command->add_flag("--stop", words->stop, "Shut the door now");
  command->footer(
      R"(Whatever nodes.join says, a new board gets the next seat while this runs. With join = "window" boards that wait already
come in, too, each when it asks again. Ctrl-C shuts the door. One line per board, in the order in which they were plugged
in; with --json, one object per line.

Examples:
  rootstock nodes join --for 10m
  rootstock nodes join --for 2h --keep
  rootstock nodes join --stop)");
  command->callback([&context, words] { run(context, *words); });
}

}  // namespace rootstock::server
