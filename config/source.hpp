#pragma once
// A file of settings while it is being read: its text, where each key stands, and every fault found so far.
// Keys are named by their path: "network.address", "dns[1]", "hooks[0].run".

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"

namespace rootstock {

class Source {
 public:
  Source(std::string file, std::string text);

  const std::string& file() const { return file_; }
  const std::string& text() const { return text_; }

  void fault(Place at, std::string what, std::string hint = {});
  /// At the key's value; where the key is absent, at the table that should have it.
  void fault(const std::string& path, std::string what, std::string hint = {});
  /// The text could not be taken apart at all: what seems to be missing from it may be there.
  void unreadable(Place at, std::string what, std::string hint = {});
  bool readable() const { return readable_; }
  /// In the order of the file.
  std::vector<Diagnostic> faults() const;

  /// Was nothing found wrong at all, or with this key and what is in it? Rules between fields ask the latter
  /// first, so that one mistake is told once.
  bool sound() const { return faults_.empty(); }
  bool sound(const std::string& path) const;

  /// Kept by the reader: every key it was asked for, and the places of those that are there.
  void asked(const std::string& path) { asked_.insert(path); }
  void found(const std::string& path, Place at) { places_[path] = at; }
  const std::set<std::string>& asked() const { return asked_; }
  bool has(const std::string& path) const { return places_.contains(path); }
  Place place(const std::string& path) const;

 private:
  std::string file_, text_;
  std::vector<std::string> lines_;
  std::map<std::string, Place> places_;
  std::set<std::string> asked_, broken_;
  std::vector<Diagnostic> faults_;
  bool readable_ = true;
};

}  // namespace rootstock
