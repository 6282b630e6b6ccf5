// Container images as an archive, imported whole: the real digests, the real layers.

#include <map>

#include "rootfs/process.hpp"
#include "tests/rootfs/import_bench.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

namespace fs = std::filesystem;

std::string sha256(const std::string& bytes) {
  RunOptions how;
  how.input = bytes;
  return run({"sha256sum"}, how)->output.substr(0, 64);
}

template <class Fill>
std::string layer(Compression compression, Fill fill) {
  std::string bytes;
  auto tar = ArchiveWriter::to_memory(bytes, ArchiveFormat::tar, compression);
  fill(tar);
  REQUIRE(tar.finish());
  return bytes;
}

std::string root_layer(const std::string& architecture, Compression compression = Compression::gzip) {
  return layer(compression, [&](ArchiveWriter& tar) {
    tests::add_least_root(tar, architecture);
    tar.file("etc/motd", "from below");
    tar.file("etc/apt/sources.list.d/secret.list", "gone above");
  });
}

std::string change_layer() {
  return layer(Compression::zstd, [](ArchiveWriter& tar) {
    tar.file("etc/motd", "from above");
    tar.file("etc/apt/sources.list.d/.wh.secret.list", "");
  });
}

/// What skopeo and podman write: an OCI image layout in a tar.
struct Layout {
  std::map<std::string, std::string> files{{"oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"}};
  std::string manifests;

  std::string add(const std::string& bytes) {
    const auto digest = "sha256:" + sha256(bytes);
    files["blobs/sha256/" + digest.substr(7)] = bytes;
    return digest;
  }
  void image(const std::string& architecture, const std::vector<std::string>& layers) {
    std::string list;
    for (const auto& bytes : layers)
      list += (list.empty() ? "" : ",") + ("{\"digest\":\"" + add(bytes) + "\"}");
    const auto config = add("{\"architecture\":\"" + architecture + "\",\"os\":\"linux\"}");
    const auto manifest = add("{\"config\":{\"digest\":\"" + config + "\"},\"layers\":[" + list + "]}");
    manifests += (manifests.empty() ? "" : ",") +
                 ("{\"digest\":\"" + manifest + "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"" +
                  architecture + "\"}}");
  }
  fs::path pack(const fs::path& file) {
    files["index.json"] = "{\"schemaVersion\":2,\"manifests\":[" + manifests + "]}";
    auto tar = ArchiveWriter::to_file(file, ArchiveFormat::tar, Compression::none);
    tar.directory("blobs/");
    for (const auto& [path, content] : files) tar.file(path, content);
    REQUIRE(tar.finish());
    return file;
  }
};

std::string read_from_root(const Generation& generation, const std::string& path) {
  const auto file = run({"unsquashfs", "-cat", generation.root().string(), path});
  return file ? file->output : "";
}

}  // namespace

TEST_CASE("a container image for two architectures gives a generation for each", "[container]") {
  tests::ImportBench bench;
  Layout layout;
  layout.image("amd64", {root_layer("amd64"), change_layer()});
  layout.image("arm64", {root_layer("arm64", Compression::none), change_layer()});
  const auto made = bench.import(layout.pack(bench.folder / "image.tar"));
  if (!made) FAIL(made.error().what);
  REQUIRE(made->size() == 2);
  CHECK(made->at(0).architecture == "amd64");
  CHECK(made->at(1).architecture == "arm64");
  CHECK(bench.store.active("imported", "arm64")->number == made->at(1).number);
  for (const auto& generation : *made) {
    CHECK(read_from_root(generation, "etc/motd") == "from above");
    CHECK(read_from_root(generation, "etc/apt/sources.list.d/secret.list").empty());
    CHECK_FALSE(fs::exists(generation.folder / "layers"));
  }
}

TEST_CASE("what docker save of before wrote is imported as well", "[container]") {
  tests::ImportBench bench;
  const auto below = root_layer("arm64", Compression::none);
  const auto above = layer(Compression::none, [](ArchiveWriter& tar) { tar.file("etc/motd", "from above"); });
  const auto config = "{\"architecture\":\"arm64\",\"rootfs\":{\"diff_ids\":[\"sha256:" + sha256(below) +
                      "\",\"sha256:" + sha256(above) + "\"]}}";
  const auto name = sha256(config) + ".json";
  const std::string one(64, '1'), two(64, '2');
  auto tar = ArchiveWriter::to_file(bench.folder / "saved.tar", ArchiveFormat::tar, Compression::none);
  tar.directory(one + "/");
  tar.file(one + "/layer.tar", below);
  tar.file(two + "/real.tar", above);
  tar.symlink(two + "/layer.tar", "../" + two + "/real.tar");
  tar.file(name, config);
  tar.file("manifest.json", "[{\"Config\":\"" + name + "\",\"RepoTags\":[\"n:latest\"],\"Layers\":[\"" + one +
                                "/layer.tar\",\"" + two + "/layer.tar\"]}]");
  REQUIRE(tar.finish());
  const auto made = bench.import(bench.folder / "saved.tar");
  if (!made) FAIL(made.error().what);
  CHECK(read_from_root(made->front(), "etc/motd") == "from above");
}

TEST_CASE("a layer that is not what was promised, or not there, publishes nothing", "[container]") {
  tests::ImportBench bench;
  Layout layout;
  const auto below = root_layer("arm64"), above = change_layer();
  layout.image("arm64", {below, above});
  auto& stored = layout.files.at("blobs/sha256/" + sha256(above));
  std::string words;
  SECTION("changed") {
    stored = layer(Compression::zstd, [](ArchiveWriter& tar) { tar.file("etc/motd", "forged"); });
    words = "has the SHA-256 " + sha256(stored);
  }
  SECTION("missing") {
    layout.files.erase("blobs/sha256/" + sha256(above));
    words = "has no layer blobs/sha256/";
  }
  const auto made = bench.import(layout.pack(bench.folder / "image.tar"));
  REQUIRE_FALSE(made);
  CHECK(made.error().what.find(words) != std::string::npos);
  CHECK(bench.is_clean());
}

TEST_CASE("when one architecture fails, none is published", "[container]") {
  tests::ImportBench bench;
  Layout layout;
  layout.image("amd64", {root_layer("amd64")});
  layout.image("arm64",
               {layer(Compression::gzip, [](ArchiveWriter& tar) { tar.file("etc/motd", "no kernel"); })});
  const auto made = bench.import(layout.pack(bench.folder / "image.tar"));
  REQUIRE_FALSE(made);
  for (const char* missing : {"kernel", "busybox-static", "systemd-sysv"})
    CHECK((made.error().what + made.error().hint).find(missing) != std::string::npos);
  CHECK(bench.is_clean());
}

TEST_CASE("a hostile layer in a container image changes nothing outside", "[container]") {
  tests::ImportBench bench;
  tests::write_file(bench.folder / "precious", "p");
  Layout layout;
  layout.image("arm64", {root_layer("arm64"), layer(Compression::gzip, [&](ArchiveWriter& tar) {
                           tar.symlink("trap", bench.folder.path());
                           tar.file("trap/.wh.precious", "");
                           tar.file("trap/precious", "forged");
                         })});
  static_cast<void>(bench.import(layout.pack(bench.folder / "image.tar")));
  CHECK(tests::read_file(bench.folder / "precious") == "p");
}
