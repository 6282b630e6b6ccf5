#include "server/cli/power_words.hpp"

#include <CLI/CLI.hpp>
#include <map>

#include "server/cli/chosen.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {

void add_power_words(CLI::App& command, PowerWords& words, const char* timeout_help, const char* usual) {
  command.add_flag("--now", words.now, "Wait for no job: batch jobs go back into the queue, others end");
  auto seconds = CLI::AsNumberWithUnit(std::map<std::string, std::int64_t>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                       CLI::AsNumberWithUnit::CASE_INSENSITIVE);
  // CLI11 puts what its checks say of themselves behind the name of the type.
  command.add_option("--timeout", words.timeout, timeout_help)
      ->transform(seconds.description(""))
      ->check(CLI::Range(1, 24 * 3600).description(""))
      ->type_name("TIME")
      ->default_str(usual);
}

PowerRound::End send_down(Context& context, Goal goal, const PowerWords& words) {
  using End = PowerRound::End;
  const auto settings = context.settings();
  if (!settings) return End::not_begun;
  PowerWish wish{goal, {}, words.now, std::chrono::seconds{words.timeout}};
  if (const auto list = list_of_words(words.nodes); !list.empty()) {
    auto names = expand(list);
    if (!names) {
      context.failed(names.error(), exit_bad_input);
      return End::not_begun;
    }
    wish.nodes = *std::move(names);
  }
  const auto end = PowerRound(context, *settings, std::move(wish)).run();
  if (end == End::some_failed || end == End::interrupted) context.exit_code = exit_failed;
  return end;
}

}  // namespace rootstock::server
