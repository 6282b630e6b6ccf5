#include "server/keeper/inherited.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace rootstock::server {

int take_inherited(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return -1;
  const std::string_view digits = text;
  int fd = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
  const bool sensible = error == std::errc{} && end == digits.data() + digits.size() && fd >= 3;
  ::unsetenv(variable);
  return sensible ? fd : -1;
}

}  // namespace rootstock::server
