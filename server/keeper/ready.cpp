#include "server/keeper/ready.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace rootstock::server {

void report_ready() {
  const char* text = std::getenv(ready_variable);
  if (text == nullptr) return;
  const std::string_view digits = text;
  int fd = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
  if (error != std::errc{} || end != digits.data() + digits.size() || fd < 3) return;
  constexpr std::string_view line = "READY\n";
  [[maybe_unused]] const auto written = ::write(fd, line.data(), line.size());
  ::close(fd);
  ::unsetenv(ready_variable);
}

}  // namespace rootstock::server
