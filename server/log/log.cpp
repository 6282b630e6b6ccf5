#include "server/log/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

namespace rootstock::server::log {
namespace {

constexpr auto pace = std::chrono::minutes(1);

/// sd-daemon(3): "<6>" at the start of a line tells journald its syslog priority.
class Priority final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    std::string_view prefix = "<6>";
    if (message.level == spdlog::level::debug) prefix = "<7>";
    if (message.level == spdlog::level::warn) prefix = "<4>";
    if (message.level == spdlog::level::err) prefix = "<3>";
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Priority>(); }
};

/// systemd.exec(5): JOURNAL_STREAM names the device and inode of the stream that journald reads.
bool stderr_is_the_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(2, &status) != 0) return false;
  return stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

spdlog::level::level_enum of(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Parts of a line may come from the network: a control character must not forge a second line.
std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      line += fmt::format("\\x{:02x}", byte);
    else
      line += c;
  }
  return line;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> made = [] {
    auto fresh = stderr_is_the_journal() ? spdlog::stderr_logger_mt("rootstock")
                                         : spdlog::stderr_color_mt("rootstock");
    fresh->flush_on(spdlog::level::debug);
    return fresh;
  }();
  return *made;
}

}  // namespace

void set_up(std::string_view who, std::string_view level) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  const auto name = std::string(who);
  formatter->add_flag<Priority>('P').set_pattern(
      stderr_is_the_journal() ? "%P" + name + ": %v" : "%Y-%m-%d %H:%M:%S.%e " + name + " %^%l%$: %v");
  logger().set_formatter(std::move(formatter));
  logger().set_level(spdlog::level::from_str(std::string(level)));
}

void write(Level level, std::string_view line) {
  if (logger().should_log(of(level))) logger().log(of(level), one_line(line));
}

void at_most(int lines, Level level, std::string_view kind, std::string_view line) {
  struct Seen {
    std::chrono::steady_clock::time_point until{};
    int lines = 0;
    std::uint64_t left_out = 0;
  };
  static std::mutex guard;
  static std::map<std::string, Seen, std::less<>> kinds;

  const auto now = std::chrono::steady_clock::now();
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(guard);
    auto it = kinds.find(kind);
    if (it == kinds.end()) it = kinds.try_emplace(std::string(kind)).first;
    auto& seen = it->second;
    if (now >= seen.until) {
      left_out = seen.left_out;
      seen = {now + pace, 0, 0};
    }
    if (seen.lines == lines) {
      ++seen.left_out;
      return;
    }
    ++seen.lines;
  }
  if (left_out == 0)
    write(level, line);
  else
    write(level, fmt::format("{} ({} more like this were left out)", line, left_out));
}

void limited(std::string_view kind, std::string_view line) { at_most(1, Level::warning, kind, line); }

}  // namespace rootstock::server::log
