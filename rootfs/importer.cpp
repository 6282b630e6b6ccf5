#include "rootfs/importer.hpp"

#include <functional>
#include <string_view>

#include "rootfs/compressed_file.hpp"
#include "rootfs/disk_image.hpp"
#include "rootfs/oci_archive.hpp"
#include "rootfs/unpack.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

/// Makes <staging>/tree.
using MakeTree = std::function<Result<void, Failure>(const fs::path& staging)>;

/// A disk begins with a sector that ends in 55 AA, for MBR and GPT alike; so may a tarball, which says
/// "ustar".
Result<bool, Failure> is_disk_image(const fs::path& file) {
  auto opened = CompressedFile::open(file);
  const auto begin =
      opened ? opened->read(512) : Result<std::string, Failure>(tl::unexpected{opened.error()});
  if (!begin) return tl::unexpected{begin.error()};
  return begin->size() == 512 && begin->ends_with("\x55\xaa") && begin->compare(257, 5, "ustar") != 0;
}

Result<void, Failure> unpack_root(const fs::path& file, const fs::path& staging, const Workshop& workshop) {
  fs::create_directory(staging / "tree");
  workshop.progress->step("unpacking " + file.filename().string());
  const auto unpacked =
      unpack_archive(file, staging / "tree", [&](double fraction) { return workshop.advance(fraction); });
  if (!unpacked) return tl::unexpected{unpacked.error()};
  return {};
}

/// One way for each architecture that is in the file.
Result<std::vector<MakeTree>, Failure> ways_in(const fs::path& file, const Workshop& workshop) {
  const auto disk = is_disk_image(file);
  if (!disk) return tl::unexpected{disk.error()};
  if (*disk)
    return std::vector<MakeTree>{
        [&](const fs::path& staging) { return copy_disk_image(file, staging, workshop); }};
  const auto container = is_container_archive(file);
  if (!container) return tl::unexpected{container.error()};
  if (!*container)
    return std::vector<MakeTree>{
        [&](const fs::path& staging) { return unpack_root(file, staging, workshop); }};
  const auto images = read_container_archive(file);
  if (!images) return tl::unexpected{images.error()};
  std::vector<MakeTree> ways;
  for (const auto& image : *images)
    ways.emplace_back(
        [&, image](const fs::path& staging) { return unpack_container(file, image, staging, workshop); });
  return ways;
}

}  // namespace

Result<std::vector<Generation>, Failure> import_image(Store& store, const std::string& image,
                                                      const fs::path& file, const Workshop& workshop) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return fail("there is no file " + file.string());
  const auto ways = ways_in(file, workshop);
  if (!ways) return tl::unexpected{ways.error()};
  std::vector<Store::Fill> fills;
  for (const auto& make_tree : *ways)
    fills.emplace_back([&](const fs::path& staging) -> Result<Generation, Failure> {
      if (const auto made = make_tree(staging); !made) return tl::unexpected{made.error()};
      auto generation = pack_tree(staging, RootKind::squashfs, workshop);
      if (generation) generation->origin = "import " + file.filename().string();
      return generation;
    });
  return store.publish(image, fills);
}

}  // namespace rootstock::rootfs
