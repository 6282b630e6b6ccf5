#pragma once
// Reading TOML (edge: toml++ behind it). Getters never fail: they note the fault in the Source and go on, so
// that one reading finds every fault.
//
//   auto source = Source{"compute.toml", text};
//   auto document = Toml{source};
//   auto recipe = document.top();
//   const auto suite = recipe.required_text("suite");
//   const auto packages = recipe.texts("packages");
//   for (const auto& hook : recipe.tables("hook")) run.push_back(hook.required_text("run"));
//   document.finish();
//   if (!source.sound()) return tl::unexpected{source.faults()};

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/source.hpp"

namespace rootstock {

class TomlTable {
 public:
  /// The value, or nothing where the key is absent or of another type (then it is a fault).
  std::optional<std::string> text(const std::string& key) const;
  std::optional<std::int64_t> integer(const std::string& key,
                                      std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
  std::optional<bool> boolean(const std::string& key) const;
  /// "90s", "5m", "12h", "7d"
  std::optional<std::chrono::seconds> duration(const std::string& key) const;
  /// An array of strings; empty where absent. Elements that are not strings are faults and left out.
  std::vector<std::string> texts(const std::string& key) const;
  /// A table that is not there reads as one without keys.
  TomlTable table(const std::string& key) const;
  /// [[key]]; empty where absent.
  std::vector<TomlTable> tables(const std::string& key) const;
  /// The keys that are there, for tables whose keys are the user's own words. They count as known.
  std::vector<std::string> keys() const;

  /// Absence is a fault too; the empty value stands in.
  std::string required_text(const std::string& key, std::string_view hint = {}) const;

  bool has(const std::string& key) const;
  /// No fault with this key so far, and where it is absent nobody required it.
  bool sound(const std::string& key) const { return source_->sound(path(key)); }
  void fault(const std::string& key, std::string what, std::string hint = {}) const;
  /// "network.address"
  std::string path(const std::string& key) const;

 private:
  friend class Toml;
  TomlTable(Source& source, std::string path, const void* node);
  const void* find(const std::string& key) const;
  std::string heading() const;

  Source* source_;
  std::string path_;
  const void* node_;  // toml++'s table, owned by the Toml; null: absent (its types cannot be declared ahead)
};

/// A setting keeps its default where the table says nothing, or something that is a fault.
template <class T>
void take(T& setting, std::optional<T> value) {
  if (value) setting = std::move(*value);
}

void take_count(int& setting, const TomlTable& table, const std::string& key, int least, int most);

/// A parsed document; lives longer than the tables it hands out. A syntax error is a fault of `source`.
class Toml {
 public:
  explicit Toml(Source& source);
  ~Toml();
  TomlTable top() const;
  /// Reports every key that nobody asked for, with the nearest one that is known.
  void finish() const;

 private:
  struct Parsed;
  Source& source_;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace rootstock
