#include "server/cli/watch.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <utility>

#include "server/cli/admin_client.hpp"
#include "server/cli/news.hpp"
#include "server/cli/node_table.hpp"
#include "server/cli/pause.hpp"
#include "server/cli/print.hpp"

namespace rootstock::server {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::chrono::milliseconds refresh{1000};
constexpr auto silence = "the service does not answer: asking again";

/// The cursor is hidden from the first table on, and behind the last one afterwards.
class Terminal {
 public:
  Terminal() = default;
  ~Terminal() {
    if (begun_) put("\x1b[?25h\n");
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  void tell(const array& nodes) {
    if (!std::exchange(begun_, true)) put("\x1b[?25l\x1b[2J");
    nodes_ = nodes;
    draw(fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr))));
  }
  void tell_silence() { draw(silence); }

 private:
  void draw(const std::string& clock) const {
    const auto window = terminal_window();
    put(drawn(node_picture(nodes_, window, clock), window));
  }
  static void put(const std::string& text) {
    fmt::print("{}", text);
    std::fflush(stdout);
  }

  array nodes_;
  bool begun_ = false;
};

/// One line for each node whose stage, or what is said of it, became another.
class Changes {
 public:
  explicit Changes(const Context& context) : context_(context) {}

  void tell(const array& nodes) {
    silent_ = false;
    std::map<std::string, std::string> now;
    for (const auto& entry : nodes) {
      const auto& node = entry.as_object();
      const auto name = text_of(node, "name"), detail = text_of(node, "detail");
      const auto words = text_of(node, "stage") + (detail.empty() ? "" : ": " + detail);
      now[name] = words;
      const auto before = told_.find(name);
      if (before == told_.end() || is_news(before->second, words)) print(node, name, words);
    }
    for (const auto& [name, words] : told_)
      if (!now.contains(name)) print({{"name", name}, {"stage", "forgotten"}}, name, "forgotten");
    told_ = std::move(now);
    std::fflush(stdout);
  }
  void tell_silence() {
    if (!std::exchange(silent_, true) && !context_.json)
      fmt::print("{:%H:%M:%S}  {}\n", fmt::localtime(std::time(nullptr)), silence);
    std::fflush(stdout);
  }

 private:
  void print(const object& node, const std::string& name, const std::string& words) const {
    if (context_.json)
      fmt::print("{}\n", boost::json::serialize(node));
    else
      fmt::print("{:%H:%M:%S}  {}  {}\n", fmt::localtime(std::time(nullptr)), name, words);
  }

  const Context& context_;
  bool silent_ = false;
  std::map<std::string, std::string> told_;
};

/// Until somebody ends it. A service that is restarted meanwhile is waited for.
template <class View>
void each_second(Context& context, const std::string& target, View&& view) {
  const auto settings = context.settings();
  if (!settings) return;
  const Pause pause;
  bool answered = false;
  do {
    const auto answer = ask(settings->paths.socket(), target);
    const bool restarts = !answer && answered && answer.error().code == exit_not_running;
    if (!answer && !restarts) return context.failed(answer.error().failure, answer.error().code);
    if (restarts)
      view.tell_silence();
    else
      view.tell(list_of(answer->as_object(), "nodes"));
    answered = true;
  } while (pause.wait(refresh) != Pause::Ended::stop);
}

}  // namespace

Window terminal_window() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

void watch_nodes(Context& context, const std::string& target) {
  if (::isatty(STDOUT_FILENO) == 0 || context.json)
    each_second(context, target, Changes{context});
  else
    each_second(context, target, Terminal{});
}

}  // namespace rootstock::server
