#include "rootfs/disk_image.hpp"

#include <charconv>
#include <string>
#include <system_error>
#include <vector>

#include "rootfs/compressed_file.hpp"
#include "rootfs/disk_layout.hpp"
#include "rootfs/process.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

/// "noload": a system that was not shut down leaves a journal, which a read-only mount must not replay. The
/// first line says how many files there are; then comes one line for each copied.
constexpr const char* copy_root = R"(
mount -t ext4 -o "ro,noload,nodev,nosuid,noexec,loop,offset=$2,sizelimit=$3" "$1" "$4"
echo $(($(stat -f -c '%c - %d' "$4")))
cp -a -v "$4/." "$5"
)";

/// The plain image: the file itself, or what was packed in it, in the staging folder.
Result<fs::path, Failure> plain_image(const fs::path& file, const fs::path& staging,
                                      const Workshop& workshop) {
  auto packed = CompressedFile::open(file);
  if (!packed) return tl::unexpected{packed.error()};
  if (!packed->is_compressed()) return fs::absolute(file);
  workshop.progress->step("unpacking " + file.filename().string());
  const auto plain = staging / "disk.img";
  const auto written = packed->write_to(plain, [&](double fraction) { return workshop.advance(fraction); });
  if (!written) return tl::unexpected{written.error()};
  return plain;
}

Result<DiskLayout, Failure> layout_of(const fs::path& image) {
  const auto table = run({"sfdisk", "--json", image.string()});
  if (!table) return tl::unexpected{table.error()};
  if (table->status != 0)
    return fail("the disk image has no partition table that sfdisk can read: " + table->errors,
                "is it a whole disk, and whole?");
  std::error_code error;
  const auto size = fs::file_size(image, error);
  if (error) return fail("cannot read " + image.string() + ": " + error.message());
  return read_disk_layout(table->output, size);
}

/// Runs it in namespaces of its own: what is mounted or still runs ends with it, even when we are killed.
Result<Finished, Failure> run_apart(const std::vector<std::string>& argv, const RunOptions& how) {
  std::vector<std::string> all = {"unshare", "--mount", "--propagation", "private",
                                  "--pid",   "--fork",  "--kill-child"};
  all.insert(all.end(), argv.begin(), argv.end());
  return run(all, how);
}

class Counter {
 public:
  explicit Counter(const Workshop& workshop) : workshop_(workshop) {}
  void line(std::string_view text) {
    if (seen_++ == 0)
      std::from_chars(text.data(), text.data() + text.size(), expected_);
    else if (expected_ > 0)
      workshop_.progress->at(std::min(1.0, seen_ / expected_));
  }

 private:
  const Workshop& workshop_;
  double seen_ = 0, expected_ = 0;
};

Result<void, Failure> copy_root_partition(const fs::path& image, const Partition& root,
                                          const fs::path& staging, const Workshop& workshop) {
  workshop.progress->step("copying the root");
  fs::create_directory(staging / "disk");
  fs::create_directory(staging / "tree");
  Counter counter(workshop);
  RunOptions how;
  how.environment = {{"LC_ALL", "C.UTF-8"}};
  how.on_output_line = [&](std::string_view line) { counter.line(line); };
  how.stop = workshop.stop;
  const auto copied =
      run_apart({"sh", "-eu", "-c", copy_root, "sh", image.string(), std::to_string(root.start),
                 std::to_string(root.size), (staging / "disk").string(), (staging / "tree").string()},
                how);
  if (!copied) return tl::unexpected{copied.error()};
  if (copied->stopped) return fail("stopped");
  if (copied->status != 0)
    return fail("cannot copy the root out of the disk image: " + copied->errors,
                copied->errors.find("No space left") != std::string::npos
                    ? "make room on the disk of " + staging.parent_path().string()
                    : "it must be one ext4 file system, as Raspberry Pi OS and Debian have it");
  fs::remove(staging / "disk");
  return {};
}

/// By mtools, not by a mount: it needs no FAT in the head's kernel, and reads nothing but the image.
Result<void, Failure> copy_boot_partition(const fs::path& image, const Partition& boot,
                                          const fs::path& staging, const Workshop& workshop) {
  workshop.progress->step("copying the boot partition");
  const auto firmware = inside(staging / "tree", "/boot") / "firmware";
  std::error_code error;
  // What the root has there lies hidden below the mounted partition on a running board. Left there, its links
  // would lead the copying out of the tree.
  fs::remove_all(firmware, error);
  if (!error) fs::create_directories(firmware, error);
  if (error) return fail("cannot make " + firmware.string() + ": " + error.message());
  RunOptions how;
  // Images whose geometry is of no disk there ever was are sound all the same.
  how.environment = {{"MTOOLS_SKIP_CHECK", "1"}, {"LC_ALL", "C.UTF-8"}};
  how.stop = workshop.stop;
  const auto copied = run({"mcopy", "-s", "-n", "-i", image.string() + "@@" + std::to_string(boot.start),
                           "::*", firmware.string()},
                          how);
  if (!copied) return tl::unexpected{copied.error()};
  if (copied->stopped) return fail("stopped");
  if (copied->status != 0)
    return fail("cannot copy the boot partition out of the disk image: " + copied->errors,
                "it must be a FAT file system, as the firmware wants it");
  return {};
}

}  // namespace

Result<void, Failure> copy_disk_image(const fs::path& file, const fs::path& staging,
                                      const Workshop& workshop) {
  const auto image = plain_image(file, staging, workshop);
  if (!image) return tl::unexpected{image.error()};
  const auto layout = layout_of(*image);
  if (!layout) return tl::unexpected{layout.error()};
  if (const auto done = copy_root_partition(*image, layout->root, staging, workshop); !done) return done;
  if (layout->boot)
    if (const auto done = copy_boot_partition(*image, *layout->boot, staging, workshop); !done) return done;
  if (*image == staging / "disk.img") fs::remove(*image);
  return {};
}

}  // namespace rootstock::rootfs
