// The disk: room for images, an image to boot, and the files that the settings name.

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <filesystem>

#include "rootfs/store.hpp"
#include "server/boot/orders.hpp"
#include "server/host/check.hpp"

namespace rootstock::server {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t least_to_run =
    128 * mebibyte;  // the database and its journal at 1000 nodes take 10 MiB
constexpr std::uint64_t least_to_build =
    3 * 1024 * mebibyte;  // an image while it is built: its tree and its squashfs

/// The folder that is there already, above one that is not yet.
fs::path existing(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

void check_room(const PathSettings& paths, Findings& found) {
  struct statvfs disk {};
  const auto folder = existing(paths.state);
  if (::statvfs(folder.c_str(), &disk) != 0) return;
  const auto room = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const auto what = fmt::format("only {} MiB are free at {}", room / mebibyte, folder.string());
  if (room < least_to_run)
    found.push_back(
        {Severity::error, what, "delete what is not needed, or let paths.state be on a larger disk", true});
  else if (room < least_to_build)
    found.push_back(
        {Severity::warning, what + ", too little to build an image in",
         "`rootstock image prune NAME` removes old generations; building takes about 3 GiB for a while"});
}

void check_folder(const fs::path& folder, const char* key, Findings& found) {
  std::error_code error;
  const auto there = existing(folder);
  if (!fs::is_directory(there, error))
    found.push_back({Severity::error, fmt::format("{} ({}) is not a folder", there.string(), key),
                     "move it away, or choose another path", true});
}

void check_images(const Settings& settings, Findings& found) {
  for (const auto& image : images_named_in(settings))
    if (const auto active = rootfs::Store{settings.paths.images()}.active(image); !active)
      found.push_back({Severity::warning,
                       fmt::format("there is nothing for nodes to boot yet: {}", active.error().what),
                       fmt::format("`rootstock image build {}` makes it", image)});
}

void check_named_files(const Settings& settings, Findings& found) {
  std::error_code error;
  for (const auto& file : settings.nodes.authorized_keys)
    if (!fs::is_regular_file(file, error))
      found.push_back({Severity::error,
                       fmt::format("there is no file {}, named in nodes.authorized_keys", file.string()),
                       "name a public key; `ssh-keygen -t ed25519` makes a pair"});
  const auto& extra = settings.tftp.extra_files;
  if (extra && !fs::is_directory(*extra, error))
    found.push_back({Severity::error,
                     fmt::format("there is no folder {}, named in tftp.extra_files", extra->string()),
                     fmt::format("mkdir -p {}", extra->string())});
}

}  // namespace

void check_storage(const Settings& settings, Findings& found) {
  check_folder(settings.paths.state, "paths.state", found);
  check_folder(settings.paths.run, "paths.run", found);
  check_room(settings.paths, found);
  check_images(settings, found);
  check_named_files(settings, found);
}

}  // namespace rootstock::server
