#include "server/boot/generations.hpp"

#include <sys/stat.h>

#include <charconv>
#include <vector>

namespace rootstock::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_listed = 16;  ///< running boots keep to a handful of generations

Inventory names_below(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto* file : {"kernel", "initramfs"})
    if (fs::is_regular_file(folder / file, error)) names.emplace_back(file);
  for (fs::recursive_directory_iterator at(folder / "boot", error), end; !error && at != end;
       at.increment(error))
    if (!at->is_directory(error)) names.push_back(at->path().lexically_relative(folder).string());
  return Inventory{std::move(names)};
}

}  // namespace

Generations::Identity Generations::identity_of(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec};
}

Result<rootfs::Generation, Failure> Generations::active(const std::string& image,
                                                        std::string_view architecture) const {
  const auto list = identity_of(store_.folder() / image / "active");
  const auto key = image + "/" + std::string{architecture};
  const auto known = active_.find(key);
  if (known != active_.end() && known->second.list == list &&
      known->second.folder == identity_of(known->second.generation.folder))
    return known->second.generation;
  auto generation = store_.active(image, architecture);
  if (generation)
    active_.insert_or_assign(key, Active{list, identity_of(generation->folder), *generation});
  else
    active_.erase(key);
  return generation;
}

Result<rootfs::Generation, Failure> Generations::find(const std::string& label) const {
  const auto slash = label.rfind('/');
  const auto digits = label.substr(slash + 1);
  int number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return store_.find(label.substr(0, slash), number);
}

std::shared_ptr<const Inventory> Generations::inventory(const std::string& label) const {
  const auto folder = store_.folder() / label;
  const auto identity = identity_of(folder);
  // Anybody may ask for any label: what is not there takes nobody's place.
  if (identity == Identity{}) return std::make_shared<const Inventory>();
  const auto known = listed_.find(label);
  if (known != listed_.end() && known->second.folder == identity) return known->second.names;
  if (listed_.size() >= most_listed) listed_.clear();
  auto names = std::make_shared<const Inventory>(names_below(folder));
  listed_.insert_or_assign(label, Listed{identity, names});
  return names;
}

}  // namespace rootstock::server
