#include "rootfs/importer.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include "rootfs/archive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;

namespace {

/// A real file system that is soon full.
class SmallDisk {
 public:
  SmallDisk() { mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m") == 0; }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempFolder folder_;
  bool mounted_ = false;
};

void pack(const std::filesystem::path& file, std::size_t bytes) {
  auto writer = ArchiveWriter::to_file(file, ArchiveFormat::tar, Compression::gzip);
  for (int i = 0; i < 16; ++i) writer.file("usr/lib/file" + std::to_string(i), std::string(bytes / 16, 'x'));
  REQUIRE(writer.finish());
}

/// Nothing of the image but its lock; no staging folder, no number.
bool is_clean(const std::filesystem::path& image) {
  for (const auto& entry : std::filesystem::directory_iterator(image))
    if (entry.path().filename() != ".lock") return false;
  return true;
}

struct Bench {
  std::FILE* silence = std::fopen("/dev/null", "w");
  Progress progress{silence};
  Workshop workshop;

  Bench() { workshop.progress = &progress; }
  ~Bench() { std::fclose(silence); }
};

}  // namespace

TEST_CASE("a full disk publishes nothing and leaves nothing", "[importer]") {
  SmallDisk disk;
  if (::geteuid() != 0 || !disk.mounted()) return;  // mounting needs root
  TempFolder folder;
  pack(folder / "root.tar.gz", 8 << 20);
  Store store(disk.path() / "images");
  Bench bench;
  const auto imported = import_image(store, "compute", folder / "root.tar.gz", bench.workshop);
  REQUIRE_FALSE(imported);
  CHECK(imported.error().what.find("No space left on device") != std::string::npos);
  CHECK(store.images().empty());
  CHECK(is_clean(disk.path() / "images/compute"));
}

TEST_CASE("an import that is stopped half-way publishes nothing and leaves nothing", "[importer]") {
  TempFolder folder;
  pack(folder / "root.tar.gz", 1 << 20);
  Store store(folder / "images");
  Bench bench;
  int asked = 0;
  bench.workshop.stop = [&] { return ++asked > 5; };
  const auto imported = import_image(store, "compute", folder / "root.tar.gz", bench.workshop);
  REQUIRE_FALSE(imported);
  CHECK(imported.error().what == "stopped");
  CHECK(is_clean(folder / "images/compute"));
}

TEST_CASE("a root that cannot make a node is refused with every reason", "[importer]") {
  TempFolder folder;
  pack(folder / "root.tar.gz", 1000);
  Store store(folder / "images");
  Bench bench;
  const auto imported = import_image(store, "compute", folder / "root.tar.gz", bench.workshop);
  REQUIRE_FALSE(imported);
  for (const char* missing : {"/lib/modules", "/sbin/init", "slurmd", "busybox"})
    CHECK(imported.error().what.find(missing) != std::string::npos);
  CHECK(is_clean(folder / "images/compute"));
}

TEST_CASE("a file that is not there is said at once", "[importer]") {
  TempFolder folder;
  Store store(folder / "images");
  Bench bench;
  CHECK(import_image(store, "compute", "/no/such.tar", bench.workshop).error().what ==
        "there is no file /no/such.tar");
  CHECK_FALSE(std::filesystem::exists(folder / "images"));
}
