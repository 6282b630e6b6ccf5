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

/// The cursor is hidden while it lives, and behind the table afterwards.
class Terminal {
 public:
  Terminal() { put("\x1b[?25l\x1b[2J"); }
  ~Terminal() { put("\x1b[?25h\n"); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  void draw(const array& nodes) {
    const auto window = terminal_window();
    const auto clock = fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr)));
    put(drawn(node_picture(nodes, window, clock), window));
  }

 private:
  static void put(const std::string& text) {
    fmt::print("{}", text);
    std::fflush(stdout);
  }
};

/// One line for each node whose stage, or what is said of it, became another.
class Changes {
 public:
  void tell(const Context& context, const array& nodes) {
    std::map<std::string, std::string> now;
    for (const auto& entry : nodes) {
      const auto& node = entry.as_object();
      const auto name = text_of(node, "name"), detail = text_of(node, "detail");
      const auto words = text_of(node, "stage") + (detail.empty() ? "" : ": " + detail);
      now[name] = words;
      const auto before = told_.find(name);
      if (before == told_.end() || is_news(before->second, words)) print(context, node, name, words);
    }
    for (const auto& [name, words] : told_)
      if (!now.contains(name)) print(context, {{"name", name}, {"stage", "forgotten"}}, name, "forgotten");
    told_ = std::move(now);
    std::fflush(stdout);
  }

 private:
  static void print(const Context& context, const object& node, const std::string& name,
                    const std::string& words) {
    if (context.json)
      fmt::print("{}\n", boost::json::serialize(node));
    else
      fmt::print("{:%H:%M:%S}  {}  {}\n", fmt::localtime(std::time(nullptr)), name, words);
  }

  std::map<std::string, std::string> told_;
};

/// Until somebody ends it, or the service does not answer any more.
template <class Show>
void each_second(Context& context, const std::string& target, const Pause& pause, Show show) {
  do {
    const auto answer = ask(context, target);
    if (!answer) return;
    show(list_of(answer->as_object(), "nodes"));
  } while (pause.wait(refresh) != Pause::Ended::stop);
}

}  // namespace

Window terminal_window() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

void watch_nodes(Context& context, const std::string& target) {
  const Pause pause;
  if (::isatty(STDOUT_FILENO) == 0 || context.json) {
    Changes changes;
    each_second(context, target, pause, [&](const array& nodes) { changes.tell(context, nodes); });
    return;
  }
  Terminal terminal;
  each_second(context, target, pause, [&](const array& nodes) { terminal.draw(nodes); });
}

}  // namespace rootstock::server
