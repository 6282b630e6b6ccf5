#include "rootfs/store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>

#include "config/file.hpp"
#include "rootfs/manifest.hpp"
#include "rootfs/staging.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

std::optional<int> as_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

/// The number in one of the small files, or 0.
int read_number(const fs::path& file) {
  const auto text = content_of(file).value_or("");
  return as_number(text.substr(0, text.find('\n'))).value_or(0);
}

Result<void, Failure> sync(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  const bool good = fd >= 0 && ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!good) return fail("cannot write " + path.string() + " to disk: " + std::strerror(error));
  return {};
}

/// Files and folders of a generation. In a plain tree, the file system's own sync takes care of the many
/// small files.
Result<void, Failure> sync_all(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file())
      if (const auto done = sync(entry.path()); !done) return done;
  if (fs::is_directory(folder / "root")) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
    const bool good = fd >= 0 && ::syncfs(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!good) return fail("cannot write " + folder.string() + " to disk: " + std::strerror(errno));
  }
  return sync(folder);
}

/// Whole or not at all: a new file takes the old one's place.
Result<void, Failure> write_number(const fs::path& file, int number) {
  const fs::path fresh = file.string() + ".new";
  auto done = write_file(fresh, std::to_string(number) + "\n", fs::perms(0644));
  if (done) done = sync(fresh);
  if (done && ::rename(fresh.c_str(), file.c_str()) != 0)
    done = fail("cannot write " + file.string() + ": " + std::strerror(errno));
  if (done) return sync(file.parent_path());
  ::unlink(fresh.c_str());
  return done;
}

std::vector<int> numbers_in(const fs::path& folder) {
  std::vector<int> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const auto number = as_number(entry.path().filename().string())) numbers.push_back(*number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !entry.is_symlink()) total += entry.file_size();
  return total;
}

Result<void, Failure> make_active(const fs::path& folder, int number) {
  const int before = read_number(folder / "active");
  if (before == number) return {};
  if (before != 0)
    if (const auto done = write_number(folder / "previous", before); !done) return done;
  return write_number(folder / "active", number);
}

/// Readable by the worker, which is not root, and by nodes over NFS.
Result<void, Failure> open_up(const fs::path& folder, bool root_is_tree) {
  std::error_code error;
  using fs::perms;
  fs::permissions(folder, perms(0755), error);
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && !error) fs::permissions(entry.path(), perms(0644), error);
  if (root_is_tree && !error) fs::permissions(folder / "root", perms(0755), error);
  if (error) return fail("cannot set permissions in " + folder.string() + ": " + error.message());
  return {};
}

Failure no_such(const std::string& image) {
  return {"there is no image " + image, "build one: rootstock image build RECIPE --name " + image};
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

std::vector<Generation> Store::generations(const std::string& image) const {
  std::vector<Generation> found;
  for (const int number : numbers_in(folder_of(image)))
    if (auto generation = find(image, number)) found.push_back(std::move(*generation));
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

Result<Generation, Failure> Store::active(const std::string& image) const {
  const int number = is_image_name(image) ? read_number(folder_of(image) / "active") : 0;
  if (number == 0) return tl::unexpected{no_such(image)};
  return read_manifest(folder_of(image) / std::to_string(number));
}

Result<void, Failure> Store::activate(const std::string& image, int number) {
  if (const auto found = find(image, number); !found) return tl::unexpected{found.error()};
  const auto guard = Lock::wait(folder_of(image) / ".lock");
  if (!guard) return tl::unexpected{guard.error()};
  return make_active(folder_of(image), number);
}

Result<Generation, Failure> Store::rollback(const std::string& image) {
  const int before = is_image_name(image) ? read_number(folder_of(image) / "previous") : 0;
  if (before == 0)
    return fail("image " + image + " has no generation to go back to",
                "see: rootstock image list; choose one: rootstock image activate " + image + "/N");
  if (const auto done = activate(image, before); !done) return tl::unexpected{done.error()};
  return find(image, before);
}

Result<std::vector<Generation>, Failure> Store::prune(const std::string& image, int keep,
                                                      const std::set<std::string>& used) {
  if (!is_image_name(image) || numbers_in(folder_of(image)).empty()) return tl::unexpected{no_such(image)};
  const auto guard = Lock::wait(folder_of(image) / ".lock");
  if (!guard) return tl::unexpected{guard.error()};
  sweep(folder_of(image));
  auto numbers = numbers_in(folder_of(image));
  numbers.resize(numbers.size() - std::min(numbers.size(), static_cast<std::size_t>(std::max(keep, 0))));
  const int active = read_number(folder_of(image) / "active"),
            previous = read_number(folder_of(image) / "previous");
  std::vector<Generation> deleted;
  for (const int number : numbers) {
    if (number == active || number == previous || used.contains(image + "/" + std::to_string(number)))
      continue;
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
    deleted.push_back(std::move(generation));
  }
  return deleted;
}

Result<int, Failure> Store::next_number(const std::string& image) const {
  const auto numbers = numbers_in(folder_of(image));
  const int last = std::max(read_number(folder_of(image) / "last"), numbers.empty() ? 0 : numbers.back());
  if (const auto done = write_number(folder_of(image) / "last", last + 1); !done)
    return tl::unexpected{done.error()};
  return last + 1;
}

Result<Generation, Failure> Store::publish(const std::string& image, const Fill& fill) {
  if (!is_image_name(image))
    return fail("\"" + image + "\" is no name for an image",
                "use lower-case letters, digits, '-', '_' and '.'");
  auto staging = Staging::make(folder_of(image));
  if (!staging) return tl::unexpected{staging.error()};
  try {
    auto generation = fill(staging->path());
    if (!generation) return generation;
    const auto guard = Lock::wait(folder_of(image) / ".lock");
    if (!guard) return tl::unexpected{guard.error()};
    return adopt(std::move(*generation), image, *staging);
  } catch (const fs::filesystem_error& error) {
    return fail("cannot make a generation of " + image + ": " + error.what());
  }
}

Result<Generation, Failure> Store::adopt(Generation generation, const std::string& image, Staging& staging) {
  const auto number = next_number(image);
  if (!number) return tl::unexpected{number.error()};
  generation.image = image;
  generation.number = *number;
  generation.bytes = bytes_in(staging.path());
  generation.created = std::chrono::system_clock::now();
  generation.folder = folder_of(image) / std::to_string(*number);
  if (const auto done =
          write_file(staging.path() / "manifest.json", manifest_text(generation), fs::perms(0644));
      !done)
    return tl::unexpected{done.error()};
  if (const auto done = open_up(staging.path(), generation.root_kind == RootKind::tree); !done)
    return tl::unexpected{done.error()};
  if (const auto done = sync_all(staging.path()); !done) return tl::unexpected{done.error()};
  if (::rename(staging.path().c_str(), generation.folder.c_str()) != 0)
    return fail("cannot publish " + generation.folder.string() + ": " + std::strerror(errno));
  auto done = sync(folder_of(image));
  if (done) done = make_active(folder_of(image), *number);
  // A disk that is full just now: what was called a failure must not be there afterwards.
  if (!done && read_number(folder_of(image) / "active") != *number &&
      ::rename(generation.folder.c_str(), staging.path().c_str()) == 0)
    return tl::unexpected{done.error()};
  staging.published();
  if (!done) return tl::unexpected{done.error()};
  return generation;
}

}  // namespace rootstock::rootfs
