#include "rootfs/squashfs.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "rootfs/process.hpp"

namespace rootstock::rootfs {
namespace {

std::size_t entries_below(const std::filesystem::path& tree) {
  std::size_t count = 0;
  for (auto it = std::filesystem::recursive_directory_iterator(tree); it != std::filesystem::end(it); ++it)
    ++count;
  return count;
}

}  // namespace

Result<void, Failure> make_squashfs(const std::filesystem::path& tree, const std::filesystem::path& file,
                                    const PackOptions& options) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(options.newest.time_since_epoch()).count();
  RunOptions how;
  how.environment["SOURCE_DATE_EPOCH"] = std::to_string(seconds);
  // It draws its own bar on terminals only; with -info it names each entry as it comes by.
  std::size_t seen = 0;
  const auto all = static_cast<double>(entries_below(tree));
  how.on_output_line = [&](std::string_view) {
    if (options.progress) options.progress(std::min(1.0, static_cast<double>(++seen) / all));
  };
  how.stop = options.stop;
  const auto packed = run({"mksquashfs", tree.string(), file.string(), "-comp", "zstd", "-b", "128K",
                           "-noappend", "-xattrs", "-no-progress", "-info"},
                          how);
  if (!packed) return tl::unexpected{packed.error()};
  if (packed->stopped) return fail("stopped while packing the root");
  // It ends with status 0 after some write errors, too: then the file is not there.
  std::error_code error;
  if (packed->status != 0 || !std::filesystem::is_regular_file(file, error))
    return fail("mksquashfs failed with status " + std::to_string(packed->status) + ": " + packed->errors,
                "is the disk full? see: df -h " + file.parent_path().parent_path().string());
  return {};
}

Result<std::string, Failure> digest_of(const std::filesystem::path& root) {
  const auto summed =
      std::filesystem::is_directory(root)
          ? run({"bash", "-o", "pipefail", "-c",
                 "tar -c --sort=name --numeric-owner --format=posix --pax-option=delete=atime,delete=ctime "
                 "--xattrs -C \"$1\" . | sha256sum",
                 "bash", root.string()})
          : run({"sha256sum", root.string()});
  if (!summed) return tl::unexpected{summed.error()};
  constexpr std::size_t hex_digits = 64;
  // A name with odd characters gets a backslash before the sum.
  const auto from = summed->output.starts_with('\\') ? 1U : 0U;
  if (summed->status != 0 || summed->output.size() < from + hex_digits)
    return fail("cannot read " + root.string() + " for its digest: " + summed->errors);
  return summed->output.substr(from, hex_digits);
}

}  // namespace rootstock::rootfs
