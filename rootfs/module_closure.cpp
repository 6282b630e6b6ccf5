#include "rootfs/module_closure.hpp"

#include <algorithm>
#include <sstream>

namespace rootstock::rootfs {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string canonical(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

/// "softdep r8169 pre: realtek post: other": the names after "pre:".
void add_soft_needs(std::string_view line, ModuleIndex& index) {
  const auto words = words_of(line);
  if (words.size() < 3 || words[0] != "softdep") return;
  const auto module = index.modules.find(canonical(words[1]));
  if (module == index.modules.end()) return;
  bool pre = false;
  for (auto word = words.begin() + 2; word != words.end(); ++word) {
    if (word->ends_with(':'))
      pre = *word == "pre:";
    else if (pre && index.modules.contains(canonical(*word)))  // a soft need that is not there does no harm
      module->second.needs.push_back(canonical(*word));
  }
}

/// Walks the needs of one module depth first.
class Walk {
 public:
  Walk(const ModuleIndex& index, ModuleClosure& closure) : index_(index), closure_(closure) {}

  void visit(const std::string& name) {
    if (index_.builtin.contains(name) || !seen_.insert(name).second) return;
    const auto module = index_.modules.find(name);
    if (module == index_.modules.end()) {
      closure_.missing.push_back(name);
      return;
    }
    for (const auto& need : module->second.needs) visit(need);
    closure_.names.push_back(name);
  }

 private:
  const ModuleIndex& index_;
  ModuleClosure& closure_;
  std::set<std::string> seen_;
};

}  // namespace

std::string module_name(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return canonical(path.substr(0, path.find(".ko")));
}

ModuleIndex parse_module_index(std::string_view dep, std::string_view builtin, std::string_view softdep) {
  ModuleIndex index;
  for (const auto line : lines_of(dep)) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    auto& module = index.modules[module_name(line.substr(0, colon))];
    module.path = line.substr(0, colon);
    for (const auto& need : words_of(line.substr(colon + 1))) module.needs.push_back(module_name(need));
  }
  for (const auto line : lines_of(builtin))
    if (!line.empty()) index.builtin.insert(module_name(line));
  for (const auto line : lines_of(softdep)) add_soft_needs(line, index);
  return index;
}

ModuleClosure close_over(const ModuleIndex& index, const std::vector<std::string>& wanted) {
  ModuleClosure closure;
  Walk walk(index, closure);
  for (const auto& name : wanted) walk.visit(canonical(name));
  return closure;
}

std::string closed_modules_dep(const ModuleIndex& index, const ModuleClosure& closure) {
  std::string text;
  for (const auto& name : closure.names) {
    text += index.modules.at(name).path + ":";
    // Nearest need first: modprobe loads the line from its end.
    auto needs = close_over(index, {name}).names;
    needs.pop_back();
    for (auto need = needs.rbegin(); need != needs.rend(); ++need) text += " " + index.modules.at(*need).path;
    text += "\n";
  }
  return text;
}

std::string closed_modules_alias(std::string_view alias, const ModuleClosure& closure) {
  const std::set<std::string> kept(closure.names.begin(), closure.names.end());
  std::string text;
  for (const auto line : lines_of(alias)) {
    const auto space = line.rfind(' ');
    if (space == std::string_view::npos || !kept.contains(canonical(line.substr(space + 1)))) continue;
    text += std::string(line) + "\n";
  }
  return text;
}

}  // namespace rootstock::rootfs
