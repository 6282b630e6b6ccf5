#include "rootfs/layer.hpp"

#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view whiteout = ".wh.", opaque = ".wh..wh..opq";

/// Without "./" and the slash at the end; empty: the tree itself.
fs::path cleaned(const fs::path& path) {
  fs::path clean;
  for (const auto& part : path)
    if (!part.empty() && part != ".") clean /= part;
  return clean;
}

class Layer {
 public:
  explicit Layer(fs::path tree) : tree_(std::move(tree)) {}

  Result<std::optional<Placed>, Failure> place(const ArchiveEntry& entry) {
    if (leaves_tree(entry.path) || leaves_tree(entry.hardlink))
      return fail("the layer has an entry that leaves the tree: " + entry.path,
                  "trust no image that has one");
    const auto clean = cleaned(entry.path);
    if (clean.empty()) return std::optional{Placed{tree_, {}}};
    const auto folder = inside(tree_, clean.parent_path());
    const auto name = clean.filename().string();
    if (name == opaque) return hide_all(folder);
    if (name.starts_with(whiteout)) return hide(folder, name.substr(whiteout.size()), entry.path);
    const auto file = folder / name;
    if (const auto done = make_room(file, S_ISDIR(entry.mode)); !done) return tl::unexpected{done.error()};
    remember(file);
    Placed placed{file, {}};
    if (const auto first = cleaned(entry.hardlink); !first.empty())
      placed.hardlink = inside(tree_, first.parent_path()) / first.filename();
    return std::optional{std::move(placed)};
  }

 private:
  /// Only a folder may stay where a folder comes.
  static Result<void, Failure> make_room(const fs::path& file, bool for_folder) {
    std::error_code error;
    const auto status = fs::symlink_status(file, error);
    if (!fs::exists(status) || (for_folder && fs::is_directory(status))) return {};
    return remove(file);
  }

  static Result<void, Failure> remove(const fs::path& file) {
    std::error_code error;
    fs::remove_all(file, error);  // a link itself, not what it leads to
    if (error) return fail("cannot remove " + file.string() + ": " + error.message());
    return {};
  }

  Result<std::optional<Placed>, Failure> hide(const fs::path& folder, const std::string& name,
                                              const std::string& path) {
    if (name.empty() || name == "." || name == "..")
      return fail("the layer removes something outside the tree: " + path, "trust no image that does");
    const auto file = folder / name;
    if (ours_.contains(file.string())) return hide_all(file);
    if (const auto done = remove(file); !done) return tl::unexpected{done.error()};
    return std::optional<Placed>{};
  }

  /// What this layer itself has put there stays, wherever in the layer the mark stands: marks are for what is
  /// below.
  Result<std::optional<Placed>, Failure> hide_all(const fs::path& folder) {
    std::vector<fs::path> lower;
    std::error_code error;
    auto entry = fs::recursive_directory_iterator(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (ours_.contains(entry->path().string())) continue;
      lower.push_back(entry->path());
      entry.disable_recursion_pending();
    }
    for (const auto& file : lower)
      if (const auto done = remove(file); !done) return tl::unexpected{done.error()};
    return std::optional<Placed>{};
  }

  void remember(fs::path file) {
    for (; file != tree_ && ours_.insert(file.string()).second; file = file.parent_path()) {
    }
  }

  fs::path tree_;
  std::set<std::string> ours_;  ///< what this layer has put there, and the folders above
};

}  // namespace

Result<UnpackReport, Failure> lay_layer(const fs::path& layer, const fs::path& tree,
                                        const std::function<bool(double)>& progress) {
  std::error_code error;
  const auto canonical = fs::canonical(tree, error);
  if (error) return fail("cannot unpack into " + tree.string() + ": " + error.message());
  Layer laid(canonical);
  return unpack_entries(
      layer, canonical, [&](const ArchiveEntry& entry) { return laid.place(entry); }, progress);
}

}  // namespace rootstock::rootfs
