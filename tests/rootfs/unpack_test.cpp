#include "rootfs/unpack.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "rootfs/archive.hpp"
#include "rootfs/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/needs_root.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;

namespace {

struct stat status_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

ArchiveEntry hardlink(const std::string& path, const std::string& target) {
  ArchiveEntry entry;
  entry.path = path;
  entry.hardlink = target;
  return entry;
}

/// Packs what `fill` adds and unpacks it into <folder>/tree.
template <class Fill>
Result<UnpackReport, Failure> through_tar(const TempFolder& folder, Fill fill) {
  auto writer = ArchiveWriter::to_file(folder / "root.tar.gz", ArchiveFormat::tar, Compression::gzip);
  fill(writer);
  REQUIRE(writer.finish());
  std::filesystem::create_directory(folder / "tree");
  return unpack_archive(folder / "root.tar.gz", folder / "tree");
}

}  // namespace

TEST_CASE("a tree made by tar keeps owners, modes, hard links, attributes and devices", "[unpack]") {
  if (!tests::is_root()) return;  // owners and devices
  TempFolder folder;
  const auto made = run({"sh", "-c",
                         "mkdir -p r/usr/bin r/dev && cd r && echo x > usr/bin/a && ln usr/bin/a usr/bin/b &&"
                         "chown 123:456 usr/bin/a && chmod 4750 usr/bin/a && ln -s usr/bin bin &&"
                         "mknod dev/null c 1 3 && touch 'F\xc5\x91.crt' &&"
                         "tar --xattrs --numeric-owner -cJf ../root.tar.xz ."},
                        {.environment = {{"PWD", folder.path()}}, .folder = folder.path()});
  REQUIRE(made);
  REQUIRE(made->status == 0);
  std::filesystem::create_directory(folder / "tree");
  const auto report = unpack_archive(folder / "root.tar.xz", folder / "tree");
  REQUIRE(report);
  const auto a = status_of(folder / "tree/usr/bin/a");
  CHECK(a.st_uid == 123);
  CHECK(a.st_gid == 456);
  CHECK((a.st_mode & 07777) == 04750);
  CHECK(a.st_ino == status_of(folder / "tree/usr/bin/b").st_ino);
  CHECK(status_of(folder / "tree/dev/null").st_rdev == status_of("/dev/null").st_rdev);
  CHECK(std::filesystem::read_symlink(folder / "tree/bin") == "usr/bin");
  CHECK(std::filesystem::exists(folder / "tree/F\xc5\x91.crt"));
}

TEST_CASE("entries that leave the tree are refused, and nothing appears outside", "[unpack]") {
  TempFolder folder;
  const std::string path = GENERATE("../escaped", "/tmp/rootstock-escaped", "a/../../escaped");
  const auto unpacked = through_tar(folder, [&](ArchiveWriter& tar) { tar.file(path, "x"); });
  REQUIRE_FALSE(unpacked);
  CHECK(unpacked.error().what.find("leaves the tree: " + path) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "escaped"));
}

TEST_CASE("an entry that runs through a symbolic link is refused", "[unpack]") {
  TempFolder folder;
  const auto unpacked = through_tar(folder, [&](ArchiveWriter& tar) {
    tar.symlink("door", folder.path());
    tar.file("door/escaped", "x");
  });
  REQUIRE_FALSE(unpacked);
  CHECK_FALSE(std::filesystem::exists(folder / "escaped"));
}

TEST_CASE("nothing takes the place of the tree itself", "[unpack]") {
  TempFolder folder;
  const std::string path = GENERATE(".", "./", "./.");
  CAPTURE(path);
  const auto unpacked =
      through_tar(folder, [&](ArchiveWriter& tar) { tar.symlink(path, folder / "elsewhere"); });
  REQUIRE_FALSE(unpacked);
  CHECK(unpacked.error().what.find("replaces the tree itself") != std::string::npos);
  CHECK(S_ISDIR(status_of(folder / "tree").st_mode));
}

TEST_CASE("a hard link to a file outside is refused", "[unpack]") {
  TempFolder folder;
  tests::write_file(folder / "secret", "s");
  SECTION("by its path") {
    CHECK_FALSE(through_tar(folder, [&](ArchiveWriter& tar) { tar.add(hardlink("mine", "../secret")); }));
  }
  SECTION("through a symbolic link") {
    CHECK_FALSE(through_tar(folder, [&](ArchiveWriter& tar) {
      tar.symlink("door", folder.path());
      tar.add(hardlink("mine", "door/secret"));
    }));
  }
  CHECK(status_of(folder / "secret").st_nlink == 1);
}

TEST_CASE("a cut archive is a failure", "[unpack]") {
  TempFolder folder;
  const auto tar = folder / "root.tar.gz";
  auto writer = ArchiveWriter::to_file(tar, ArchiveFormat::tar, Compression::none);
  writer.file("a", std::string(100000, 'x'));
  REQUIRE(writer.finish());
  std::filesystem::resize_file(tar, 50000);
  std::filesystem::create_directory(folder / "tree");
  CHECK_FALSE(unpack_archive(tar, folder / "tree"));
}

TEST_CASE("the work stops when progress says so", "[unpack]") {
  TempFolder folder;
  auto writer = ArchiveWriter::to_file(folder / "r.tar", ArchiveFormat::tar, Compression::none);
  for (int i = 0; i < 10; ++i) writer.file(std::to_string(i), "x");
  REQUIRE(writer.finish());
  std::filesystem::create_directory(folder / "tree");
  int calls = 0;
  CHECK_FALSE(unpack_archive(folder / "r.tar", folder / "tree", [&](double) { return ++calls < 3; }));
  CHECK(calls == 3);
}
