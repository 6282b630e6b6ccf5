#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "rootfs/store.hpp"
#include "server/cli/command.hpp"
#include "server/rehearse/casting.hpp"
#include "server/rehearse/stage.hpp"

namespace rootstock::server {

namespace {

struct Wishes {
  std::string boards, loss = "0", rate = "1000mbit", timeout = "10min", interface;
};

std::vector<std::string> fleet_words(const std::filesystem::path& program, const Wishes& wishes, bool json) {
  std::vector<std::string> words{program.string(), "--boards",  wishes.boards, "--loss",
                                 wishes.loss,      "--timeout", wishes.timeout};
  if (json) words.push_back("--json");
  return words;
}

/// Against a head elsewhere: the fleet alone, with our terminal, as this process.
void play_on_wire(Context& context, Wishes wishes, const std::filesystem::path& program) {
  if (wishes.boards.empty()) wishes.boards = "pi4:4";
  auto words = fleet_words(program, wishes, context.json);
  words.insert(words.end(), {"--interface", wishes.interface});
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  context.failed({"cannot start " + program.string(), "install Rootstock again"});
}

void play_at_home(Context& context, Wishes wishes, const std::filesystem::path& program) {
  const auto settings = context.settings();
  if (!settings) return;
  const auto& image = settings->nodes.image;
  const auto stock = stock_of(rootfs::Store(settings->paths.images()), image);
  const auto usual = usual_boards(stock, image);
  if (!usual) return context.failed(usual.error(), exit_bad_input);
  if (wishes.boards.empty()) wishes.boards = *usual;
  if (const auto may = may_play(wishes.boards, stock, *settings); !may)
    return context.failed(may.error(), exit_bad_input);
  if (const auto needed = memory_needed(number_of(wishes.boards)), there = memory_available(); there < needed)
    return context.failed({fmt::format("a rehearsal with {} boards takes {} MiB of memory, and {} are free",
                                       number_of(wishes.boards), needed, there),
                           "play fewer boards: --boards pi4:10"},
                          exit_bad_input);
  auto words = fleet_words(program, wishes, context.json);
  words.insert(words.end(), {"--tap", settings->network.interface, "--rate", wishes.rate});
  if (!context.json)
    fmt::print("Playing {} against a copy of this head; its nodes and its network are not touched.\n",
               wishes.boards);
  std::fflush(stdout);
  const auto status = perform({*settings, std::filesystem::absolute(context.settings_file), words});
  if (!status) return context.failed(status.error());
  context.exit_code = *status <= exit_bad_input ? *status : exit_failed;
}

void run(Context& context, const Wishes& wishes) {
  if (::geteuid() != 0)
    return context.failed({"a rehearsal needs root, for a network of its own", "use sudo"}, exit_bad_input);
  const auto program = fleet_program();
  if (!program) return context.failed(program.error());
  wishes.interface.empty() ? play_at_home(context, wishes, *program)
                           : play_on_wire(context, wishes, *program);
}

}  // namespace

void add_rehearse(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("rehearse", "Let pretended boards boot from this head, the night before a workshop");
  const auto wishes = std::make_shared<Wishes>();
  command->add_option(
      "--boards", wishes->boards,
      "Kinds and numbers, as in pi4:40 or pi3:8,pi5:8,uboot:4,uefi:4,pxe:4 (default: forty of what the "
      "image boots, Pi 4s first)");
  command->add_option("--loss", wishes->loss, "Share of the frames that the wire loses, both ways, as in 2%")
      ->capture_default_str();
  command->add_option("--rate", wishes->rate, "Speed of the wire")->capture_default_str();
  command->add_option("--timeout", wishes->timeout, "How long to wait for the last board")
      ->capture_default_str();
  command
      ->add_option("--interface", wishes->interface, "Play against a head on this wire, from another machine")
      ->type_name("IF");
  command->footer(
      R"(Starts the real service once more, in a network of its own, with these settings and images and an empty list of nodes,
and lets simulated boards boot from it: their firmware's packets to the byte, then overlay, root over NFS, and "up". What they
fetch is compared with the generation. The running service, its nodes and its network are not touched.

With --interface the boards join the head on that wire: it then knows them as nodes, with addresses dc:a6:32:fe:... Those that
came up say at the end that they are off, and the last line is what to type there to take them away.

Exit code 0: all boards came up with the right content. 1: some did not; each says where it stopped and why.

Examples:
  sudo rootstock rehearse
  sudo rootstock rehearse --boards pi3:12,pi4:12 --loss 2%)");
  command->callback([&context, wishes] { run(context, *wishes); });
}

}  // namespace rootstock::server
