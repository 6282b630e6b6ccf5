#include "server/nodes/hostlist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>

#include "config/letters.hpp"

namespace rootstock::server {
namespace {

constexpr std::size_t longest_number = 18;  // digits: fits in 64 bits with room to count on
constexpr std::size_t longest_name = 253;   // RFC 1035 2.3.4
constexpr std::size_t quoted = 80;          // of a list, in an error

struct Range {
  std::uint64_t first = 0, last = 0;
  std::size_t width = 1;
};

/// A piece of a name: a word, or what stands in one pair of brackets.
struct Piece {
  std::string text;
  std::vector<Range> ranges;  ///< empty: it is the word
};

std::uint64_t value(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::string padded(std::uint64_t number, std::size_t width) { return fmt::format("{:0{}}", number, width); }

/// Reads one list from its first character to its last.
class Reader {
 public:
  explicit Reader(std::string_view list) : list_(list) {}

  Result<std::vector<std::string>, Failure> names() {
    do {
      const auto begin = at_;
      std::vector<Piece> item;
      if (!read_item(item)) return tl::unexpected{why_};
      if (item.empty()) return wrong(begin, "a name is missing");
      if (!add_names(item, begin)) return tl::unexpected{why_};
    } while (take(','));
    if (at_ < list_.size()) return wrong(at_, fmt::format("\"{}\" belongs to no name", list_[at_]));
    return std::move(names_);
  }

 private:
  bool take(char c) {
    if (at_ == list_.size() || list_[at_] != c) return false;
    ++at_;
    return true;
  }

  tl::unexpected<Failure> wrong(std::size_t where, std::string_view what) {
    const auto shown = list_.substr(0, quoted);
    why_ = {fmt::format("in the list of nodes \"{}{}\", at character {}: {}", shown,
                        shown.size() < list_.size() ? "..." : "", where + 1, what),
            "write nodes as in node[01-12,15],gpu3"};
    return tl::unexpected{why_};
  }
  bool refused(std::size_t where, std::string_view what) {
    wrong(where, what);
    return false;
  }

  bool read_item(std::vector<Piece>& item) {
    std::size_t length = 0;
    while (at_ < list_.size() && list_[at_] != ',') {
      const auto begin = at_;
      if (length > longest_name)
        return refused(begin, fmt::format("a name of more than {} characters", longest_name));
      if (take('[')) {
        if (!read_brackets(item.emplace_back().ranges, begin)) return false;
        ++length;
        continue;
      }
      at_ = std::min(list_.find_first_of(",[] \t\r\n", at_), list_.size());
      if (at_ == begin) return refused(begin, unexpected_here());
      item.emplace_back().text = list_.substr(begin, at_ - begin);
      length += at_ - begin;
    }
    if (length > longest_name)
      return refused(at_ - 1, fmt::format("a name of more than {} characters", longest_name));
    return true;
  }

  std::string_view unexpected_here() const {
    return list_[at_] == ']' ? "this bracket closes none" : "a blank: names are parted by commas";
  }

  bool read_brackets(std::vector<Range>& ranges, std::size_t open) {
    do {
      if (!read_range(ranges.emplace_back(), open)) return false;
    } while (take(','));
    if (take(']')) return true;
    return at_ == list_.size() ? refused(open, "this bracket is not closed")
                               : refused(at_, fmt::format("\"{}\" is not part of a range", list_[at_]));
  }

  bool read_range(Range& range, std::size_t open) {
    const auto begin = at_;
    const auto first = read_number(open);
    if (!first) return false;
    range = {value(*first), value(*first), first->size()};
    if (!take('-')) return true;
    const auto last = read_number(open);
    if (!last) return false;
    range.last = value(*last);
    if (range.last < range.first)
      return refused(begin, fmt::format("the range {}-{} runs backwards", *first, *last));
    if (last->front() == '0' && last->size() != first->size())
      return refused(begin, fmt::format("{} and {} have zeros for different widths", *first, *last));
    return true;
  }

  std::optional<std::string_view> read_number(std::size_t open) {
    const auto begin = at_;
    while (at_ < list_.size() && is_digit(list_[at_])) ++at_;
    const auto number = list_.substr(begin, at_ - begin);
    if (!number.empty() && number.size() <= longest_number) return number;
    if (!number.empty())
      wrong(begin, fmt::format("a number of more than {} digits", longest_number));
    else if (at_ == list_.size())
      wrong(open, "this bracket is not closed");
    else
      wrong(begin, "a number is missing");
    return std::nullopt;
  }

  /// All names of an item; the last brackets count fastest.
  bool add_names(const std::vector<Piece>& item, std::size_t begin) {
    std::vector<std::string> made{""};
    for (const auto& piece : item) {
      if (made.size() * count(piece) > most_hosts - names_.size())
        return refused(begin, fmt::format("more than {} names", most_hosts));
      std::vector<std::string> longer;
      longer.reserve(made.size() * count(piece));
      for (const auto& name : made) append(longer, name, piece);
      made = std::move(longer);
    }
    for (auto& name : made)
      if (seen_.insert(name).second) names_.push_back(std::move(name));
    return true;
  }

  /// At most a little over `most_hosts`: enough to know that it is too many.
  static std::size_t count(const Piece& piece) {
    if (piece.ranges.empty()) return 1;
    std::size_t all = 0;
    for (const auto& range : piece.ranges)
      all += static_cast<std::size_t>(std::min<std::uint64_t>(range.last - range.first, most_hosts)) + 1;
    return std::min(all, most_hosts + 1);
  }

  static void append(std::vector<std::string>& to, const std::string& start, const Piece& piece) {
    if (piece.ranges.empty()) to.push_back(start + piece.text);
    for (const auto& range : piece.ranges)
      for (auto number = range.first; number <= range.last; ++number)
        to.push_back(start + padded(number, range.width));
  }

  std::string_view list_;
  std::size_t at_ = 0;
  std::vector<std::string> names_;
  std::set<std::string> seen_;
  Failure why_;
};

}  // namespace

Result<std::vector<std::string>, Failure> expand(std::string_view list) { return Reader{list}.names(); }

}  // namespace rootstock::server
