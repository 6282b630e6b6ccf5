#include "server/http/fields.hpp"

#include <algorithm>
#include <charconv>

namespace rootstock::server {

std::string field(const Form& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string{} : found->second;
}

std::string word(const Form& form, const std::string& name) {
  constexpr std::size_t longest = 100;
  auto text = field(form, name);
  text.resize(std::min(text.size(), longest));
  std::erase_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; });
  return text;
}

std::optional<double> quantity(const Form& form, const std::string& name) {
  const auto text = field(form, name);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(number >= 0 && number < 1e12)) return std::nullopt;
  return number;
}

}  // namespace rootstock::server
