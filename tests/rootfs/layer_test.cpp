#include "rootfs/layer.hpp"

#include "rootfs/archive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;

namespace {

namespace fs = std::filesystem;

/// A tree, and the world outside that no layer may touch.
struct Bench {
  TempFolder folder;
  fs::path tree = folder / "tree", outside = folder / "outside";

  Bench() {
    tests::write_file(outside / "etc/passwd", "the head's own");
    tests::write_file(tree / "usr/bin/ls", "old");
    tests::write_file(tree / "etc/one", "1");
    tests::write_file(tree / "etc/two", "2");
    fs::create_symlink("usr/bin", tree / "bin");
    fs::create_symlink(outside, tree / "door");
    fs::create_symlink("../../outside", tree / "window");
  }

  template <class Fill>
  Result<UnpackReport, Failure> lay(Fill fill) {
    auto tar = ArchiveWriter::to_file(folder / "layer", ArchiveFormat::tar, Compression::gzip);
    fill(tar);
    REQUIRE(tar.finish());
    return lay_layer(folder / "layer", tree);
  }

  std::string read(const std::string& path) { return tests::read_file(tree / path); }
  bool has(const std::string& path) { return fs::exists(fs::symlink_status(tree / path)); }
  bool outside_is_whole() {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : fs::recursive_directory_iterator(outside)) ++count;
    return count == 2 && tests::read_file(outside / "etc/passwd") == "the head's own";
  }
};

ArchiveEntry hardlink(const std::string& path, const std::string& target) {
  ArchiveEntry entry;
  entry.path = path;
  entry.hardlink = target;
  return entry;
}

}  // namespace

TEST_CASE("a layer replaces, adds and follows links inside the tree", "[layer]") {
  Bench bench;
  const auto laid = bench.lay([](ArchiveWriter& tar) {
    tar.directory("./");
    tar.file("./etc/one", "one");
    tar.file("bin/ls", "new");
    tar.file("bin/cat", "cat", 0755);
    tar.add(hardlink("usr/bin/dog", "bin/cat"));
    tar.file("door/etc/passwd", "inside");  // what the image calls /door/etc is its own
  });
  REQUIRE(laid);
  CHECK(bench.read("etc/one") == "one");
  CHECK(bench.read("etc/two") == "2");
  CHECK(bench.read("usr/bin/ls") == "new");
  CHECK(bench.read("usr/bin/dog") == "cat");
  CHECK(fs::is_symlink(bench.tree / "bin"));
  CHECK(bench.outside_is_whole());
}

TEST_CASE("a file takes a folder's place, and a folder that of a file or link", "[layer]") {
  Bench bench;
  REQUIRE(bench.lay([](ArchiveWriter& tar) {
    tar.file("etc", "no folder any more");
    tar.directory("usr/bin/ls");
    tar.directory("door");
    tar.file("door/key", "k");
  }));
  CHECK(bench.read("etc") == "no folder any more");
  CHECK(fs::is_directory(bench.tree / "usr/bin/ls"));
  CHECK_FALSE(fs::is_symlink(bench.tree / "door"));
  CHECK(bench.read("door/key") == "k");
  CHECK(bench.outside_is_whole());
}

TEST_CASE("whiteouts remove a file, a folder, a link but not what it leads to", "[layer]") {
  Bench bench;
  REQUIRE(bench.lay([](ArchiveWriter& tar) {
    tar.file("etc/.wh.one", "");
    tar.file("usr/.wh.bin", "");
    tar.file(".wh.door", "");
    tar.file(".wh.never-was", "");
  }));
  CHECK_FALSE(bench.has("etc/one"));
  CHECK(bench.has("etc/two"));
  CHECK_FALSE(bench.has("usr/bin"));
  CHECK_FALSE(bench.has("door"));
  CHECK_FALSE(bench.has("etc/.wh.one"));
  CHECK(bench.outside_is_whole());
}

TEST_CASE("an opaque folder keeps only what its own layer brings, wherever the mark stands", "[layer]") {
  Bench bench;
  tests::write_file(bench.tree / "etc/ssh/old", "old");
  REQUIRE(bench.lay([](ArchiveWriter& tar) {
    tar.file("etc/ssh/new", "new");
    tar.file("etc/.wh..wh..opq", "");
    tar.file("etc/three", "3");
  }));
  CHECK_FALSE(bench.has("etc/one"));
  CHECK_FALSE(bench.has("etc/ssh/old"));
  CHECK(bench.read("etc/ssh/new") == "new");
  CHECK(bench.read("etc/three") == "3");
}

TEST_CASE("a whiteout removes nothing that its own layer brings, whichever comes first", "[layer]") {
  Bench bench;
  REQUIRE(bench.lay([](ArchiveWriter& tar) {
    tar.file("etc/one", "new");
    tar.file("etc/.wh.one", "");
    tar.file("etc/three", "3");
    tar.file(".wh.etc", "");
  }));
  CHECK(bench.read("etc/one") == "new");
  CHECK_FALSE(bench.has("etc/two"));
  CHECK(bench.read("etc/three") == "3");
}

TEST_CASE("no layer turns the tree into a way out", "[layer]") {
  TempFolder folder;
  fs::create_directory(folder / "tree");  // an empty folder, as before the first layer
  tests::write_file(folder / "outside/passwd", "the head's own");
  auto tar = ArchiveWriter::to_file(folder / "layer", ArchiveFormat::tar, Compression::gzip);
  tar.symlink("./", folder / "outside");
  tar.file(".wh.passwd", "");
  REQUIRE(tar.finish());
  CHECK_FALSE(lay_layer(folder / "layer", folder / "tree"));
  CHECK(fs::is_directory(fs::symlink_status(folder / "tree")));
  CHECK(fs::exists(folder / "outside/passwd"));
}

TEST_CASE("no layer reaches what is outside", "[layer]") {
  Bench bench;
  const std::string path = GENERATE("../escaped", "/escaped", "etc/../../escaped", "window/../../escaped");
  CAPTURE(path);
  CHECK_FALSE(bench.lay([&](ArchiveWriter& tar) { tar.file(path, "x"); }));
  CHECK_FALSE(bench.lay([&](ArchiveWriter& tar) { tar.add(hardlink("mine", path)); }));
  CHECK_FALSE(fs::exists(bench.folder / "escaped"));
  CHECK(bench.outside_is_whole());
}

TEST_CASE("no whiteout removes what is outside", "[layer]") {
  Bench bench;
  const std::string path = GENERATE(".wh...", ".wh..", ".wh.", "door/.wh.etc", "window/.wh.etc",
                                    "door/.wh..wh..opq", "door/etc/.wh.passwd", "etc/.wh...", "door/.wh...");
  CAPTURE(path);
  static_cast<void>(bench.lay([&](ArchiveWriter& tar) { tar.file(path, ""); }));
  CHECK(bench.outside_is_whole());
  CHECK(bench.has("etc/one"));
}

TEST_CASE("a layer's own link does not lead its later entries out", "[layer]") {
  Bench bench;
  static_cast<void>(bench.lay([&](ArchiveWriter& tar) {
    tar.symlink("trap", bench.outside);
    tar.file("trap/etc/passwd", "forged");
    tar.file("trap/.wh.etc", "");
    tar.add(hardlink("stolen", "trap/etc/passwd"));
  }));
  CHECK(bench.outside_is_whole());
  CHECK(fs::hard_link_count(bench.outside / "etc/passwd") == 1);
}
