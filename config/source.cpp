#include "config/source.hpp"

#include <algorithm>

namespace rootstock {

namespace {

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// "hooks[0].run" is in "hooks[0]", which is in "hooks", which is in "".
std::string enclosing(const std::string& path) {
  const auto end = path.find_last_of(".[");
  return end == std::string::npos ? std::string{} : path.substr(0, end);
}

}  // namespace

Source::Source(std::string file, std::string text)
    : file_(std::move(file)), text_(std::move(text)), lines_(split_lines(text_)) {}

void Source::fault(Place at, std::string what, std::string hint) {
  const auto line = static_cast<std::size_t>(std::max(at.line, 0));
  const bool shown = line >= 1 && line <= lines_.size();
  faults_.push_back({file_, at, shown ? lines_[line - 1] : std::string{}, std::move(what), std::move(hint)});
}

void Source::fault(const std::string& path, std::string what, std::string hint) {
  broken_.insert(path);
  fault(place(path), std::move(what), std::move(hint));
}

void Source::unreadable(Place at, std::string what, std::string hint) {
  readable_ = false;
  fault(at, std::move(what), std::move(hint));
}

std::vector<Diagnostic> Source::faults() const {
  auto sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair{a.at.line, a.at.column} < std::pair{b.at.line, b.at.column};
  });
  return sorted;
}

bool Source::sound(const std::string& path) const {
  const auto is_in = [&](const std::string& broken) {
    return broken.starts_with(path) &&
           (broken.size() == path.size() || broken[path.size()] == '.' || broken[path.size()] == '[');
  };
  return std::none_of(broken_.begin(), broken_.end(), is_in);
}

Place Source::place(const std::string& path) const {
  for (auto at = path; !at.empty(); at = enclosing(at))
    if (const auto found = places_.find(at); found != places_.end()) return found->second;
  return {};
}

}  // namespace rootstock
