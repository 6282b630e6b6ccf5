#include "config/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace rootstock {

namespace {

/// Characters start at every byte that does not continue one (UTF-8).
bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

/// What may reach a terminal: control characters would move its cursor away from under the caret.
std::string printable(std::string_view line) {
  std::string out{line};
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return out;
}

/// Of a long line, the part around the place; `column` is then counted from the start of that part.
std::string window(const std::string& line, int& column) {
  constexpr int widest = 120, before = 60;
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (starts_character(line[i])) starts.push_back(i);
  const int count = static_cast<int>(starts.size());
  if (count <= widest) return line;
  const int first = std::clamp(column - 1 - before, 0, count - widest);
  column -= first;
  const auto begin = starts[first];
  const auto end = first + widest < count ? starts[first + widest] : line.size();
  return line.substr(begin, end - begin);
}

std::string marked_line(const Diagnostic& fault) {
  int column = std::max(fault.at.column, 1);
  const auto line = window(printable(fault.source_line), column);
  const auto length = static_cast<int>(std::count_if(line.begin(), line.end(), starts_character));
  const int tail = std::clamp(fault.at.width - 1, 0, std::max(0, length - column));
  return fmt::format("{:>5} | {}\n      | {}^{}\n", fault.at.line, line, std::string(column - 1, ' '),
                     std::string(tail, '~'));
}

/// Edits that turn one word into the other; two neighbours swapped count as one edit.
int distance(std::string_view a, std::string_view b) {
  std::vector<int> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, current);
  }
  return last[b.size()];
}

}  // namespace

std::string Diagnostic::text() const {
  auto out = at.line > 0 ? fmt::format("{}:{}:{}: {}\n", file, at.line, at.column, what)
                         : fmt::format("{}: {}\n", file, what);
  if (at.line > 0) out += marked_line(*this);
  if (!hint.empty()) out += fmt::format("        hint: {}\n", hint);
  return out;
}

std::string text(const std::vector<Diagnostic>& faults) {
  std::string out;
  for (const auto& fault : faults) out += fault.text();
  return out + fmt::format("{} fault{}\n", faults.size(), faults.size() == 1 ? "" : "s");
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const int near_enough = std::max<int>(1, static_cast<int>(std::min<std::size_t>(word.size(), 64)) / 3);
  std::string best;
  int least = near_enough + 1;
  if (word.size() > 64) return best;  // nobody's typing slip
  for (const auto& candidate : candidates) {
    // The beginning of a word is as good as a typing slip: warn for warning.
    const int edits = word.size() > 1 && candidate.starts_with(word) ? 1 : distance(word, candidate);
    if (edits < least && edits < static_cast<int>(word.size())) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

}  // namespace rootstock
