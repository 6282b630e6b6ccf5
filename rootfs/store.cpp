#include "rootfs/store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <system_error>

#include "config/file.hpp"
#include "rootfs/durable.hpp"
#include "rootfs/generation_folder.hpp"
#include "rootfs/manifest.hpp"
#include "rootfs/staging.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

Failure no_such(const std::string& image) {
  return {"there is no image " + image, "build one: rootstock image build RECIPE --name " + image};
}

Failure nothing_for(const std::string& image, std::string_view architecture) {
  const std::string word(architecture);
  return {"image " + image + " has no active generation for " + word + " boards",
          "build one: add \"" + word +
              "\" to the architectures of its recipe, then rootstock image build RECIPE --name " + image +
              "; or activate one that is there, see: rootstock image list"};
}

bool is_image_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

std::vector<std::string> Store::images() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(images_, error))
    if (!numbers_in(entry.path()).empty()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string Store::head_architecture() {
#if defined(__aarch64__)
  return "arm64";
#else
  return "amd64";
#endif
}

std::vector<Generation> Store::generations(const std::string& image) const {
  std::vector<Generation> found;
  for (const int number : numbers_in(folder_of(image)))
    if (auto generation = find(image, number)) found.push_back(std::move(*generation));
  return found;
}

std::vector<Damaged> Store::damaged(const std::string& image) const {
  std::vector<Damaged> found;
  for (const int number : numbers_in(folder_of(image)))
    if (auto generation = find(image, number); !generation) found.push_back({number, generation.error()});
  // One that boards are to boot, but somebody has removed by hand.
  for (const auto& [architecture, number] : active_numbers(image))
    if (!fs::exists(folder_of(image) / std::to_string(number)))
      found.push_back({number,
                       {"it is active for " + architecture + " boards, and its folder is gone",
                        "activate another one: rootstock image rollback " + image +
                            ", or rootstock image activate " + image + "/N"}});
  return found;
}

Result<Generation, Failure> Store::find(const std::string& image, int number) const {
  if (!is_image_name(image) || numbers_in(folder_of(image)).empty()) return tl::unexpected{no_such(image)};
  const auto folder = folder_of(image) / std::to_string(number);
  if (!fs::is_directory(folder))
    return fail("there is no generation " + image + "/" + std::to_string(number),
                "see: rootstock image list");
  return read_manifest(folder);
}

ActiveMap Store::read_active(const std::string& image, const char* file) const {
  if (!is_image_name(image)) return {};
  auto active = parse_active(content_of(folder_of(image) / file).value_or(""));
  if (const auto bare = active.find(""); bare != active.end())
    if (const auto generation = read_manifest(folder_of(image) / std::to_string(bare->second))) {
      active.emplace(generation->architecture, bare->second);
      active.erase(bare);
    }
  return active;
}

ActiveMap Store::active_numbers(const std::string& image) const { return read_active(image, "active"); }

Result<Generation, Failure> Store::active(const std::string& image, std::string_view architecture) const {
  const auto active = active_numbers(image);
  if (active.empty()) return tl::unexpected{no_such(image)};
  const int number = number_for(active, architecture, of_head_);
  if (number == 0) return tl::unexpected{nothing_for(image, architecture)};
  return read_manifest(folder_of(image) / std::to_string(number));
}

/// The caller holds the image's lock.
Result<void, Failure> Store::make_active(const std::string& image, const ActiveMap& next) {
  const auto before = active_numbers(image);
  if (before == next) return {};
  if (!before.empty())
    if (const auto done = replace_file(folder_of(image) / "previous", active_text(before)); !done)
      return done;
  return replace_file(folder_of(image) / "active", active_text(next));
}

Result<void, Failure> Store::activate(const std::string& image, int number) {
  const auto found = find(image, number);
  if (!found) return tl::unexpected{found.error()};
  const auto guard = Lock::wait(folder_of(image) / ".lock");
  if (!guard) return tl::unexpected{guard.error()};
  auto next = active_numbers(image);
  next.erase("");
  next[found->architecture] = number;
  return make_active(image, next);
}

Result<std::vector<Generation>, Failure> Store::rollback(const std::string& image) {
  const auto nothing =
      fail("image " + image + " has no generation to go back to",
           "see: rootstock image list; choose one: rootstock image activate " + image + "/N");
  if (!is_image_name(image) || !fs::is_directory(folder_of(image))) return nothing;
  const auto guard = Lock::wait(folder_of(image) / ".lock");
  if (!guard) return tl::unexpected{guard.error()};
  const auto before = active_numbers(image), next = rolled_back(before, read_active(image, "previous"));
  std::vector<Generation> changed;
  for (const auto& [architecture, number] : next) {
    if (const auto same = before.find(architecture); same != before.end() && same->second == number) continue;
    auto generation = find(image, number);
    if (!generation) return tl::unexpected{generation.error()};
    changed.push_back(std::move(*generation));
  }
  if (changed.empty()) return nothing;
  if (const auto done = make_active(image, next); !done) return tl::unexpected{done.error()};
  return changed;
}

std::set<int> Store::kept(const std::string& image, int keep, const std::set<std::string>& used) const {
  std::set<int> stay;
  std::map<std::string, int> counted;
  const auto all = generations(image);
  for (auto newest = all.rbegin(); newest != all.rend(); ++newest)
    if (++counted[newest->architecture] <= keep) stay.insert(newest->number);
  for (const auto* file : {"active", "previous"})
    for (const auto& [architecture, number] : read_active(image, file)) stay.insert(number);
  for (const int number : numbers_in(folder_of(image)))
    if (used.contains(image + "/" + std::to_string(number))) stay.insert(number);
  return stay;
}

Result<Pruned, Failure> Store::prune(const std::string& image, int keep, const std::set<std::string>& used) {
  if (!is_image_name(image) || !fs::is_directory(folder_of(image))) return tl::unexpected{no_such(image)};
  const auto guard = Lock::wait(folder_of(image) / ".lock");
  if (!guard) return tl::unexpected{guard.error()};
  Pruned pruned;
  pruned.leftovers = sweep(folder_of(image));
  const auto stay = kept(image, keep, used);
  for (const int number : numbers_in(folder_of(image))) {
    if (stay.contains(number)) continue;
    const auto folder = folder_of(image) / std::to_string(number);
    auto generation = read_manifest(folder).value_or(Generation{});
    generation.image = image;
    generation.number = number;
    generation.folder = folder;
    // Out of sight first, so that a half-deleted generation is never seen under its number.
    const auto doomed = folder_of(image) / (".staging-prune-" + std::to_string(number));
    if (::rename(folder.c_str(), doomed.c_str()) != 0)
      return fail("cannot remove " + folder.string() + ": " + std::strerror(errno));
    if (const auto done = remove_tree(doomed); !done) return tl::unexpected{done.error()};
    pruned.generations.push_back(std::move(generation));
  }
  return pruned;
}

Result<int, Failure> Store::next_number(const std::string& image) const {
  const auto numbers = numbers_in(folder_of(image));
  const int last = std::max(number_in(folder_of(image) / "last"), numbers.empty() ? 0 : numbers.back());
  if (const auto done = replace_file(folder_of(image) / "last", std::to_string(last + 1) + "\n"); !done)
    return tl::unexpected{done.error()};
  return last + 1;
}

Result<Generation, Failure> Store::publish(const std::string& image, const Fill& fill) {
  auto published = publish(image, std::vector<Fill>{fill});
  if (!published) return tl::unexpected{published.error()};
  return std::move(published->front());
}

Result<std::vector<Generation>, Failure> Store::publish(const std::string& image,
                                                        const std::vector<Fill>& fills) {
  if (!is_image_name(image))
    return fail("\"" + image + "\" is no name for an image",
                "use lower-case letters, digits, '-', '_' and '.'");
  std::vector<Staging> stagings;
  std::vector<Generation> made;
  stagings.reserve(fills.size());
  try {
    for (const auto& fill : fills) {
      auto staging = Staging::make(folder_of(image), stagings.size());
      if (!staging) return tl::unexpected{staging.error()};
      auto generation = fill(stagings.emplace_back(std::move(*staging)).path());
      if (!generation) return tl::unexpected{generation.error()};
      made.push_back(std::move(*generation));
    }
    const auto guard = Lock::wait(folder_of(image) / ".lock");
    if (!guard) return tl::unexpected{guard.error()};
    if (const auto done = adopt(made, image, stagings); !done) return tl::unexpected{done.error()};
    return made;
  } catch (const fs::filesystem_error& error) {
    return fail("cannot make a generation of " + image + ": " + error.what());
  }
}

/// Gives it a number and all that belongs on disk before it is seen.
Result<void, Failure> Store::name(Generation& generation, const std::string& image, const fs::path& staging) {
  const auto number = next_number(image);
  if (!number) return tl::unexpected{number.error()};
  generation.image = image;
  generation.number = *number;
  generation.bytes = bytes_in(staging);
  generation.created = std::chrono::system_clock::now();
  generation.folder = folder_of(image) / std::to_string(*number);
  auto done = write_file(staging / "manifest.json", manifest_text(generation), fs::perms(0644));
  if (done) done = open_up(staging, generation.root_kind == RootKind::tree);
  if (done) done = sync_all(staging);
  return done;
}

/// Publishes all or, unless the machine dies half-way, none. Dead half-way, it leaves generations that no
/// board boots, because they become active by one rename at the end.
Result<void, Failure> Store::adopt(std::vector<Generation>& made, const std::string& image,
                                   std::vector<Staging>& stagings) {
  auto next = active_numbers(image);
  next.erase("");
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (const auto done = name(made[i], image, stagings[i].path()); !done) return done;
    next[made[i].architecture] = made[i].number;
  }
  Result<void, Failure> done;
  std::size_t seen = 0;
  for (; seen < made.size() && done; seen += done ? 1 : 0)
    if (::rename(stagings[seen].path().c_str(), made[seen].folder.c_str()) != 0)
      done = fail("cannot publish " + made[seen].folder.string() + ": " + std::strerror(errno));
  if (done) done = sync(folder_of(image));
  if (done) done = make_active(image, next);
  const bool boots = active_numbers(image) == next;
  for (std::size_t i = 0; i < seen; ++i) {
    // A disk that is full just now: what was called a failure must not be there afterwards.
    const bool withdrawn =
        !done && !boots && ::rename(made[i].folder.c_str(), stagings[i].path().c_str()) == 0;
    if (!withdrawn) stagings[i].published();
  }
  return done;
}

}  // namespace rootstock::rootfs
