#include "server/http/target.hpp"

#include <cstdint>

namespace rootstock::server {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// Calls `each` with the pieces of `text` between `separator`s.
template <class Each>
bool split(std::string_view text, char separator, Each each) {
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    if (!each(text.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

std::optional<std::string> normalised(std::string_view path) {
  for (const char c : path)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return std::nullopt;
  std::string out;
  const bool inside = split(path, '/', [&](std::string_view segment) {
    if (segment == "..") return false;
    if (segment.empty() || segment == ".") return true;
    if (!out.empty()) out += '/';
    out += segment;
    return true;
  });
  if (!inside) return std::nullopt;
  return out;
}

/// RFC 9112 3.2.2: a server must take "http://head/path" as well, which is what clients of a proxy send.
std::string_view without_authority(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!target.starts_with(scheme)) return target;
  const auto slash = target.find('/', scheme.size());
  return slash == target.npos ? std::string_view{"/"} : target.substr(slash);
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  target = without_authority(target);
  if (target.empty() || target.front() != '/') return std::nullopt;
  target = target.substr(0, target.find('#'));
  const auto question = target.find('?');
  const auto path = decoded(target.substr(0, question), false);
  if (!path) return std::nullopt;
  auto clean = normalised(*path);
  if (!clean) return std::nullopt;
  return Target{std::move(*clean),
                question == target.npos ? Form{} : parse_form(target.substr(question + 1))};
}

Form parse_form(std::string_view text) {
  Form form;
  split(text, '&', [&](std::string_view pair) {
    const auto equals = pair.find('=');
    const auto name = decoded(pair.substr(0, equals), true);
    const auto value = decoded(equals == pair.npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (name && value && !name->empty()) form.emplace(*name, *value);
    return true;
  });
  return form;
}

}  // namespace rootstock::server
