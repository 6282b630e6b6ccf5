#include "config/node_csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/letters.hpp"

namespace rootstock {
namespace {

struct Cell {
  std::string text;
  int column = 1, width = 1;  ///< in bytes, from 1
};

const std::vector<std::string> columns{"name", "mac", "serial", "group", "address"};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A quoted cell holds separators, and "" for a quote.
std::string unquoted(const std::string& raw) {
  const auto text = trimmed(raw);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"' && text[i + 1] == '"') ++i;
  }
  return trimmed(out);
}

std::vector<Cell> cells_of(const std::string& line, char separator) {
  std::vector<Cell> cells;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') quoted = !quoted;
    if (i < line.size() && (quoted || line[i] != separator)) continue;
    const auto raw = line.substr(begin, i - begin);
    cells.push_back({unquoted(raw), static_cast<int>(begin) + 1, std::max(1, static_cast<int>(raw.size()))});
    begin = i + 1;
  }
  return cells;
}

/// Spreadsheets write separators for cells and rows that were emptied.
std::vector<Cell> without_empty_end(std::vector<Cell> cells) {
  while (!cells.empty() && cells.back().text.empty()) cells.pop_back();
  return cells;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), to_lower);
  return text;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void line(const std::string& text) {
    ++number_;
    if (trimmed(text).empty() || text.front() == '#') return;
    if (header_.empty()) return header(text);
    row(text);
  }

  Result<NodeCsv, std::vector<Diagnostic>> end() {
    if (header_.empty() && faults_.empty())
      faults_.push_back({file_,
                         {},
                         "",
                         "the list is empty",
                         "the first line names the columns: name,mac,serial,group,address"});
    if (!faults_.empty()) return tl::unexpected{std::move(faults_)};
    return std::move(csv_);
  }

 private:
  void fault(const Cell& cell, const std::string& line, std::string what, std::string hint) {
    faults_.push_back({file_, {number_, cell.column, cell.width}, line, std::move(what), std::move(hint)});
  }

  void header(const std::string& text) {
    separator_ = text.find(',') == text.npos && text.find(';') != text.npos ? ';' : ',';
    for (const auto& cell : without_empty_end(cells_of(text, separator_))) {
      header_.push_back(lower(cell.text));
      const auto& word = header_.back();
      const bool known = std::find(columns.begin(), columns.end(), word) != columns.end();
      const auto meant = nearest(word, columns);
      if (!known)
        fault(cell, text, fmt::format("there is no column \"{}\"", cell.text),
              meant.empty() ? "the first line names the columns: name,mac,serial,group,address, in any order"
                            : fmt::format("did you mean \"{}\"?", meant));
      else if (std::count(header_.begin(), header_.end(), word) > 1)
        fault(cell, text, fmt::format("the column \"{}\" is there twice", word), "leave one of them out");
    }
    if (std::find(header_.begin(), header_.end(), "name") == header_.end() && faults_.empty())
      fault({"", 1, static_cast<int>(text.size())}, text, "the column \"name\" is missing",
            "each node needs one");
  }

  void row(const std::string& text) {
    const auto cells = without_empty_end(cells_of(text, separator_));
    if (cells.empty()) return;
    if (std::ranges::count(text, '"') % 2 != 0)
      return fault(cells.back(), text, "this quote is not closed", "write \" at both ends, or at none");
    if (cells.size() > header_.size())
      return fault(cells[header_.size()], text,
                   fmt::format("{} columns, where the first line names {}", cells.size(), header_.size()),
                   "quote words that hold a separator");
    NodeWords node;
    std::map<std::string, Place> places{{"", {number_, 1, std::max(1, static_cast<int>(text.size()))}}};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto& column = header_[i];
      (column == "name"     ? node.name
       : column == "mac"    ? node.mac
       : column == "serial" ? node.serial
       : column == "group"  ? node.group
                            : node.address) = cells[i].text;
      places[column] = {number_, cells[i].column, cells[i].width};
    }
    csv_.nodes.push_back(std::move(node));
    csv_.places.push_back(std::move(places));
    csv_.lines.push_back(text);
  }

  std::string file_;
  int number_ = 0;
  char separator_ = ',';
  std::vector<std::string> header_;
  NodeCsv csv_;
  std::vector<Diagnostic> faults_;
};

}  // namespace

Diagnostic NodeCsv::fault(const std::string& file, const NodeFault& fault) const {
  if (fault.node >= nodes.size()) return {file, {}, "", fault.what, fault.hint};
  const auto& of_node = places[fault.node];
  const auto found = of_node.find(fault.field);
  return {file, found == of_node.end() ? of_node.at("") : found->second, lines[fault.node], fault.what,
          fault.hint};
}

Result<NodeCsv, std::vector<Diagnostic>> parse_node_csv(const std::string& text, const std::string& file) {
  Reader reader{file};
  constexpr std::string_view mark = "\xef\xbb\xbf";  // what some spreadsheets put before UTF-8
  std::size_t begin = text.starts_with(mark) ? mark.size() : 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    reader.line(line);
    begin = end + 1;
  }
  return reader.end();
}

}  // namespace rootstock
