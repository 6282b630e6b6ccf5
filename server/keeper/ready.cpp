#include "server/keeper/ready.hpp"

#include <unistd.h>

#include <string_view>

#include "server/keeper/inherited.hpp"

namespace rootstock::server {

void report_ready() {
  const int fd = take_inherited(ready_variable);
  if (fd < 0) return;
  constexpr std::string_view line = "READY\n";
  [[maybe_unused]] const auto written = ::write(fd, line.data(), line.size());
  ::close(fd);
}

}  // namespace rootstock::server
