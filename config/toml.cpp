#include "config/toml.hpp"

#include <fmt/format.h>

// toml++ up to 3.4 asserts (with NDEBUG: lets the optimizer assume) what a broken table header like "[?x]"
// makes false (tomlplusplus pull request 301). Where the assertion says nothing, the check behind it reports
// the fault.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include "config/duration.hpp"
#include "config/stray.hpp"

namespace rootstock {

namespace {

Place place_of(const toml::source_region& region) {
  const auto& begin = region.begin;
  const auto& end = region.end;
  const int width = end.line == begin.line && end.column > begin.column
                        ? static_cast<int>(end.column) - static_cast<int>(begin.column)
                        : 1;
  return {static_cast<int>(begin.line), static_cast<int>(begin.column), width};
}

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a fraction";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

const toml::table* as_table(const void* node) { return static_cast<const toml::table*>(node); }
const toml::node& as_node(const void* node) { return *static_cast<const toml::node*>(node); }

std::string last_word(const std::string& path) { return path.substr(path.find_last_of('.') + 1); }

/// What to do about a key nobody knows: it is misspelt, or it stands in the wrong table.
std::string hint_for_unknown(const Source& source, const std::string& table, const std::string& key) {
  std::vector<std::string> here;
  const auto start = table.empty() ? std::string{} : table + ".";
  for (const auto& path : source.asked())
    if (path.starts_with(start) && path.find('.', start.size()) == std::string::npos)
      here.push_back(path.substr(start.size()));
  if (const auto meant = nearest(key, here); !meant.empty()) return fmt::format("did you mean `{}`?", meant);
  for (const auto& path : source.asked())
    if (last_word(path) == key && path != key)
      return fmt::format("`{}` belongs in [{}]", key, path.substr(0, path.size() - key.size() - 1));
  return here.empty() ? "" : fmt::format("known here: {}", fmt::join(here, ", "));
}

void report_unknown(Source& source, const toml::table& table, const std::string& path);

void report_unknown_in(Source& source, const toml::node& node, const std::string& path) {
  if (const auto* table = node.as_table()) report_unknown(source, *table, path);
  if (const auto* array = node.as_array())
    for (std::size_t i = 0; i < array->size(); ++i)
      if (const auto* element = array->get(i)->as_table())
        report_unknown(source, *element, fmt::format("{}[{}]", path, i));
}

void report_unknown(Source& source, const toml::table& table, const std::string& path) {
  for (const auto& [key, node] : table) {
    const auto name = std::string{key.str()};
    const auto full = path.empty() ? name : path + "." + name;
    if (source.asked().contains(full))
      report_unknown_in(source, node, full);
    else
      source.fault(place_of(key.source()),
                   fmt::format("unknown {} `{}`",
                               node.is_table() || node.is_array_of_tables() ? "table" : "key", name),
                   hint_for_unknown(source, path, name));
  }
}

void refuse(Source& source, const toml::parse_error& error) {
  const auto place = place_of(error.source());
  if (const auto column = beyond_ascii(source.text(), place.line, place.column))
    source.unreadable({place.line, *column, 1}, "a character that TOML allows in quotes only",
                      "put the text in double quotes");
  else
    source.unreadable(place, std::string{error.description()},
                      "this is not TOML; nothing after this place was read");
}

}  // namespace

void take_count(int& setting, const TomlTable& table, const std::string& key, int least, int most) {
  if (const auto value = table.integer(key, least, most)) setting = static_cast<int>(*value);
}

struct Toml::Parsed {
  toml::parse_result result;
};

Toml::Toml(Source& source) : source_(source) {
  if (const auto tried = toml::parse(ascii_shape(source.text()), source.file()); !tried) {
    refuse(source, tried.error());
    return;
  }
  parsed_.reset(new Parsed{toml::parse(source.text(), source.file())});
  if (!parsed_->result) refuse(source, parsed_->result.error());
}

Toml::~Toml() = default;

TomlTable Toml::top() const {
  return {source_, "", parsed_ && parsed_->result ? &parsed_->result.table() : nullptr};
}

void Toml::finish() const {
  if (parsed_ && parsed_->result) report_unknown(source_, parsed_->result.table(), "");
}

TomlTable::TomlTable(Source& source, std::string path, const void* node)
    : source_(&source), path_(std::move(path)), node_(node) {}

std::string TomlTable::path(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

const void* TomlTable::find(const std::string& key) const {
  source_->asked(path(key));
  const auto* node = node_ == nullptr ? nullptr : as_table(node_)->get(key);
  if (node != nullptr) source_->found(path(key), place_of(node->source()));
  return node;
}

bool TomlTable::has(const std::string& key) const { return find(key) != nullptr; }

void TomlTable::fault(const std::string& key, std::string what, std::string hint) const {
  source_->fault(path(key), std::move(what), std::move(hint));
}

std::optional<std::string> TomlTable::text(const std::string& key) const {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = as_node(node).as_string()) return value->get();
  fault(key, fmt::format("`{}` must be text, not {}", key, type_name(as_node(node))),
        "put it in double quotes");
  return std::nullopt;
}

std::optional<std::int64_t> TomlTable::integer(const std::string& key, std::int64_t least,
                                               std::int64_t most) const {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = as_node(node).as_integer();
  if (value == nullptr) {
    fault(key, fmt::format("`{}` must be a whole number, not {}", key, type_name(as_node(node))),
          as_node(node).is_string() ? "write it without quotes" : "");
  } else if (value->get() < least || value->get() > most) {
    fault(key, fmt::format("`{}` is {}, out of range", key, value->get()),
          fmt::format("from {} to {}", least, most));
  } else {
    return value->get();
  }
  return std::nullopt;
}

std::optional<bool> TomlTable::boolean(const std::string& key) const {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = as_node(node).as_boolean()) return value->get();
  fault(key, fmt::format("`{}` must be true or false, not {}", key, type_name(as_node(node))),
        "write it without quotes");
  return std::nullopt;
}

std::optional<std::chrono::seconds> TomlTable::duration(const std::string& key) const {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = as_node(node).as_string();
  const auto seconds = value == nullptr ? std::nullopt : parse_duration(value->get());
  if (!seconds) fault(key, fmt::format("`{}` is not a length of time", key), std::string{duration_hint});
  return seconds;
}

std::vector<std::string> TomlTable::texts(const std::string& key) const {
  const auto* node = find(key);
  if (node == nullptr) return {};
  const auto* array = as_node(node).as_array();
  if (array == nullptr) {
    fault(key, fmt::format("`{}` must be an array of texts, not {}", key, type_name(as_node(node))),
          R"(write ["one", "two"])");
    return {};
  }
  std::vector<std::string> values;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto& element = *array->get(i);
    const auto element_key = fmt::format("{}[{}]", key, i);
    source_->found(path(element_key), place_of(element.source()));
    if (const auto* value = element.as_string())
      values.push_back(value->get());
    else
      fault(element_key, fmt::format("every element of `{}` must be text, not {}", key, type_name(element)),
            "put it in double quotes");
  }
  return values;
}

TomlTable TomlTable::table(const std::string& key) const {
  const auto* node = find(key);
  const auto* table = node == nullptr ? nullptr : as_node(node).as_table();
  if (node != nullptr && table == nullptr)
    fault(key, fmt::format("`{}` must be a table, not {}", key, type_name(as_node(node))),
          fmt::format("write [{}] on a line of its own", path(key)));
  return {*source_, path(key), table};
}

std::vector<TomlTable> TomlTable::tables(const std::string& key) const {
  const auto* node = find(key);
  if (node == nullptr) return {};
  const auto* array = as_node(node).as_array();
  if (array == nullptr || (!array->empty() && !array->is_array_of_tables())) {
    fault(key, fmt::format("`{}` must be a list of tables", key),
          fmt::format("write [[{}]] before each", path(key)));
    return {};
  }
  std::vector<TomlTable> tables;
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto element = fmt::format("{}[{}]", path(key), i);
    source_->found(element, place_of(array->get(i)->source()));
    tables.push_back({*source_, std::move(element), array->get(i)->as_table()});
  }
  return tables;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> names;
  if (node_ == nullptr) return names;
  for (const auto& [key, node] : *as_table(node_)) {
    names.emplace_back(key.str());
    source_->asked(path(names.back()));
  }
  return names;
}

std::string TomlTable::heading() const {
  const auto bracket = path_.find('[');
  return bracket == std::string::npos ? fmt::format("[{}]", path_)
                                      : fmt::format("[[{}]]", path_.substr(0, bracket));
}

std::string TomlTable::required_text(const std::string& key, std::string_view hint) const {
  const bool there = has(key);
  auto value = text(key);
  if (there || !source_->readable()) return value.value_or("");
  const auto where = path_.empty() ? std::string{} : " in " + heading();
  fault(key, fmt::format("`{}` is missing{}", key, where), std::string{hint});
  return "";
}

}  // namespace rootstock
