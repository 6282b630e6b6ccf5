#include "rootfs/importer.hpp"

#include <sys/mount.h>

#include "rootfs/archive.hpp"
#include "rootfs/process.hpp"
#include "tests/rootfs/import_bench.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/needs_root.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;

namespace {

/// A real file system that is soon full.
class SmallDisk {
 public:
  SmallDisk() { REQUIRE(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m") == 0); }
  ~SmallDisk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempFolder folder_;
};

void pack(const std::filesystem::path& file, std::size_t bytes) {
  auto writer = ArchiveWriter::to_file(file, ArchiveFormat::tar, Compression::gzip);
  for (int i = 0; i < 16; ++i) writer.file("usr/lib/file" + std::to_string(i), std::string(bytes / 16, 'x'));
  REQUIRE(writer.finish());
}

void pack_root(const std::filesystem::path& file, Compression compression) {
  auto tar = ArchiveWriter::to_file(file, ArchiveFormat::tar, compression);
  tests::add_least_root(tar, "amd64");
  REQUIRE(tar.finish());
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
  if (!tests::is_root()) return;  // mounting
  SmallDisk disk;
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

TEST_CASE("a root becomes a generation that a node can boot, however it is compressed", "[importer]") {
  TempFolder folder;
  const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::xz, Compression::zstd);
  pack_root(folder / "root.tar", compression);
  Store store(folder / "images");
  Bench bench;
  bench.workshop.slurm = false;
  const auto imported = import_image(store, "compute", folder / "root.tar", bench.workshop);
  if (!imported) FAIL(imported.error().what);
  REQUIRE(imported->size() == 1);
  const auto& made = imported->front();
  CHECK(made.label() == "compute/1");
  CHECK(made.architecture == "amd64");
  CHECK(made.kernel_version == "6.1.0");
  CHECK(tests::read_file(made.kernel()) == "a kernel");
  CHECK(std::filesystem::file_size(made.initramfs()) > 100);
  const auto listed = run({"unsquashfs", "-l", "-d", "", made.root().string()});
  REQUIRE(listed);
  CHECK(listed->output.find("/usr/lib/rootstock/up\n") != std::string::npos);
  CHECK(listed->output.find("/var/log/journal/1234\n") != std::string::npos);
  for (const char* gone : {"/munge.key", "system.journal", "/boot/vmlinuz-6.1.0"})
    CHECK(listed->output.find(gone) == std::string::npos);
  CHECK(import_image(store, "compute", folder / "root.tar", bench.workshop)->front().digest == made.digest);
}

TEST_CASE("a file that is not there is said at once", "[importer]") {
  TempFolder folder;
  Store store(folder / "images");
  Bench bench;
  CHECK(import_image(store, "compute", "/no/such.tar", bench.workshop).error().what ==
        "there is no file /no/such.tar");
  CHECK_FALSE(std::filesystem::exists(folder / "images"));
}
