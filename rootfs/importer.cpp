#include "rootfs/importer.hpp"

#include <fmt/core.h>

#include "rootfs/unpack.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

Result<Generation, Failure> fill(const fs::path& staging, const fs::path& file, const Workshop& workshop) {
  fs::create_directory(staging / "tree");
  workshop.progress->step("unpacking " + file.filename().string());
  const auto unpacked =
      unpack_archive(file, staging / "tree", [&](double fraction) { return workshop.advance(fraction); });
  if (!unpacked) return tl::unexpected{unpacked.error()};
  auto generation = pack_tree(staging, RootKind::squashfs, workshop);
  if (generation) generation->origin = "import " + file.filename().string();
  return generation;
}

}  // namespace

Result<Generation, Failure> import_image(Store& store, const std::string& image, const fs::path& file,
                                         const Workshop& workshop) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return fail("there is no file " + file.string());
  return store.publish(image, [&](const fs::path& staging) { return fill(staging, file, workshop); });
}

}  // namespace rootstock::rootfs
