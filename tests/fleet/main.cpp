// rootstock-fleet: N simulated boards boot from a real head, each as its firmware does.

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>

#include "tests/fleet/system/faults.hpp"
#include "tests/fleet/system/fleet.hpp"

using namespace rootstock::fleet;

namespace {

enum ExitCode : int { exit_ok = 0, exit_failed = 1, exit_bad_input = 2 };

constexpr auto footer = R"(Examples:
  rootstock-fleet --tap eth1 --boards pi3:16,pi4:16,pi5:16,uboot:8,uefi:8 --loss 2%
  rootstock-fleet --tap eth1 --boards pi4:1000 --until dhcp
  rootstock-fleet --interface eth0 --boards pi4:4          a head on a wire
  rootstock-fleet --tap eth1 --boards pi4:4 --fault lost:1,same-mac:2 --stay 10min

Needs root. `rootstock rehearse` starts a head for it and is what most people want.
Exit codes: 0 all boards are there and read the right content, 1 they did not, 2 wrong arguments or no permission.)";

struct Words {
  PlanWords plan;
  std::string tap, interface, loss = "0", duplicate = "0", reorder = "0", rate = "0", queue = "512KiB",
                              start = "5s", until = "up", timeout = "10min", stay = "0", read = "4MiB", keep,
                              mac, power_cycle;
  bool json = false, fair = false;
};

void add_options(CLI::App& app, Words& words) {
  auto* tap = app.add_option("--tap", words.tap,
                             "The head's interface, a TAP of this machine; made if it is not there");
  app.add_option("--interface", words.interface, "A card on a wire to the head")->excludes(tap);
  app.add_option("--boards", words.plan.boards,
                 "Kinds and numbers: pi3 pi3plus pi4 pi5 uboot uefi pxe ipxe unknown ...");
  app.add_option("--misbehave", words.plan.misbehaving, "Beside them: never-ack:N,tight-loop:N,power-cut:N");
  app.add_option(
      "--fault", words.plan.faults,
      "Beside them, boards with faults as `rootstock story` is to name them, as in lost:1,slow-link:2; there "
      "are " +
          fault_words());
  app.add_option("--loss", words.loss, "Chance of each frame, both ways")->capture_default_str();
  app.add_option("--duplicate", words.duplicate, "Chance that a frame comes twice")->capture_default_str();
  app.add_option("--reorder", words.reorder, "Chance that a frame is overtaken")->capture_default_str();
  app.add_option("--rate", words.rate, "Speed of the wire, e.g. 1000mbit; 0: as fast as it goes")
      ->capture_default_str();
  app.add_option("--queue", words.queue, "What a port of that wire holds, with --rate; 0: without end")
      ->capture_default_str();
  app.add_flag("--fair", words.fair, "That port is shared evenly by the boards, as Linux' fq_codel does");
  app.add_option("--seed", words.plan.seed, "Of all chances")->capture_default_str();
  app.add_option("--start-within", words.start, "Power comes on within this time")->capture_default_str();
  app.add_option("--until", words.until, "dhcp, kernel or up")->capture_default_str();
  app.add_option("--timeout", words.timeout, "End of patience")->capture_default_str();
  app.add_option(
         "--stay", words.stay,
         "Once all are there, those that are up stay and tell the head so, for this time or until SIGTERM")
      ->capture_default_str();
  app.add_option("--read", words.read, "How much of its root a node reads; real ones 32MiB to 45MiB")
      ->capture_default_str();
  app.add_option("--keep", words.keep, "Keep the files that boards fetched in this folder")
      ->type_name("FOLDER");
  app.add_option("--mac", words.mac, "Address of the first board; an emulated one may go on with it");
  app.add_option("--power-cycle", words.power_cycle,
                 "So long after a board gave up for good somebody switches it off and on; else nobody does");
  app.add_flag("--same-firmware", words.plan.same_firmware,
               "All boards with today's firmware, not a mix of years");
  app.add_flag("--json", words.json, "The report for programs, with every board's timeline");
}

template <class T>
T parsed(std::string_view option, const std::string& text, std::optional<T> value) {
  if (!value) throw CLI::ValidationError(std::string(option), "does not understand `" + text + "`");
  return *value;
}

FleetOptions options_of(const Words& words) {
  FleetOptions options;
  options.is_tap = words.interface.empty();
  options.nic = options.is_tap ? words.tap : words.interface;
  if (options.nic.empty()) throw CLI::RequiredError("--tap or --interface");
  options.up.loss = parsed("--loss", words.loss, parse_chance(words.loss));
  options.up.doubled = parsed("--duplicate", words.duplicate, parse_chance(words.duplicate));
  options.up.late = parsed("--reorder", words.reorder, parse_chance(words.reorder));
  options.up.bits_per_second = parsed("--rate", words.rate, parse_rate(words.rate));
  options.up.fair = words.fair;
  options.up.queue_bytes = parsed("--queue", words.queue, parse_size(words.queue));
  options.down = options.up;
  options.seed = options.up.seed = words.plan.seed;
  options.down.seed = words.plan.seed + 1;
  options.start_within = parsed("--start-within", words.start, parse_time(words.start));
  options.timeout = parsed("--timeout", words.timeout, parse_time(words.timeout));
  options.stay = parsed("--stay", words.stay, parse_time(words.stay));
  options.goal = parsed("--until", words.until, goal_named(words.until));
  options.appetite.bytes = parsed("--read", words.read, parse_size(words.read));
  if (!words.keep.empty()) options.keep = words.keep;
  return options;
}

int refuse(const rootstock::Failure& failure) {
  fmt::print(stderr, "rootstock-fleet: {}\n", failure.what);
  if (!failure.hint.empty()) fmt::print(stderr, "  hint: {}\n", failure.hint);
  return exit_bad_input;
}

/// A socket for each board, and some more.
void raise_limit_of_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Words& words) {
  auto options = options_of(words);
  auto wanted = words.plan;
  if (!words.mac.empty()) wanted.mac = parsed("--mac", words.mac, rootstock::Mac::parse(words.mac));
  if (!words.power_cycle.empty())
    wanted.power_cycled = parsed("--power-cycle", words.power_cycle, parse_time(words.power_cycle));
  auto players = plan(wanted);
  if (!players) return refuse(players.error());
  options.players = std::move(*players);
  raise_limit_of_files();
  std::signal(SIGPIPE, SIG_IGN);
  const auto outcome = play(options);
  if (!outcome) return refuse(outcome.error());
  fmt::print("{}", words.json ? report_json(*outcome) : report_text(*outcome));
  return outcome->good() ? exit_ok : exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
  Words words;
  CLI::App app{"Plays simulated boards against a real head, and checks what they get."};
  app.name("rootstock-fleet");
  app.footer(footer);
  add_options(app, words);
  try {
    app.parse(argc, argv);
    return run(words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_bad_input;
  } catch (const std::exception& error) {
    return refuse({error.what(), ""});
  }
}
