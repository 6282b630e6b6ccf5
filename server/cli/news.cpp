#include "server/cli/news.hpp"

#include <string>

namespace rootstock::server {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string without_numbers(std::string_view text) {
  std::string words{text};
  std::erase_if(words, is_digit);
  return words;
}

}  // namespace

bool is_news(std::string_view before, std::string_view now) {
  return without_numbers(before) != without_numbers(now);
}

}  // namespace rootstock::server
