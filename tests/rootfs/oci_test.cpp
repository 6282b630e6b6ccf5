#include "rootfs/oci.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

/// Not SHA-256, but as long: what is tested here is that the digest that was promised is asked for.
Result<std::string, Failure> short_sum(std::string_view bytes) {
  std::size_t sum = 5381;
  for (const char c : bytes) sum = sum * 33 + static_cast<unsigned char>(c);
  auto text = std::to_string(sum);
  return std::string(64 - text.size(), '0') + text;
}

std::string sha(char digit) { return std::string(64, digit); }

/// An archive under construction; each file is named by its digest, as the layout has it.
struct Archive {
  OciFiles files;

  std::string add(const std::string& content) {
    const auto hex = *short_sum(content);
    files.json["blobs/sha256/" + hex] = content;
    return hex;
  }
  /// The digest of a manifest with these layers.
  std::string image(const std::string& architecture, const std::string& layers) {
    const auto config = add("{\"architecture\":\"" + architecture + "\",\"os\":\"linux\"}");
    return add("{\"config\":{\"digest\":\"sha256:" + config + "\"},\"layers\":[" + layers + "]}");
  }
  void index(const std::string& manifests) {
    files.json["index.json"] = "{\"manifests\":[" + manifests + "]}";
  }
  Result<std::vector<OciImage>, Failure> read() const { return read_oci(files, short_sum); }
};

std::string layer(char digit) { return "{\"digest\":\"sha256:" + sha(digit) + "\"}"; }

std::string for_platform(const std::string& digest, const std::string& architecture) {
  return "{\"digest\":\"sha256:" + digest + "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"" +
         architecture + "\"}}";
}

std::string plain(const std::string& digest) { return "{\"digest\":\"sha256:" + digest + "\"}"; }

const OciLayer a{"blobs/sha256/" + sha('a'), sha('a')}, b{"blobs/sha256/" + sha('b'), sha('b')};

}  // namespace

TEST_CASE("an index for several platforms gives an image for each we know", "[oci]") {
  Archive archive;
  const auto amd64 = archive.image("amd64", layer('a') + "," + layer('b')),
             arm64 = archive.image("arm64", layer('b'));
  const auto s390x = archive.image("s390x", layer('b'));
  archive.index(for_platform(amd64, "amd64") + "," + for_platform(arm64, "arm64") + "," +
                for_platform(s390x, "s390x") + "," + for_platform(sha('e'), "unknown"));
  const auto images = archive.read();
  REQUIRE(images);
  CHECK(*images == std::vector<OciImage>{{"amd64", {a, b}}, {"arm64", {b}}});
}

TEST_CASE("an index may lead to another, and a platform be told by the configuration alone", "[oci]") {
  Archive archive;
  const auto inner = archive.add("{\"manifests\":[" + plain(archive.image("arm64", layer('a'))) + "]}");
  archive.index(plain(inner));
  CHECK(*archive.read() == std::vector<OciImage>{{"arm64", {a}}});
}

TEST_CASE("a platform that was not saved is left out", "[oci]") {
  Archive archive;
  archive.index(for_platform(sha('d'), "amd64") + "," +
                for_platform(archive.image("arm64", layer('a')), "arm64"));
  CHECK(*archive.read() == std::vector<OciImage>{{"arm64", {a}}});
}

TEST_CASE("one image under two tags is one; two images are too many", "[oci]") {
  Archive archive;
  const auto one = archive.image("arm64", layer('a'));
  archive.index(plain(one) + "," + plain(one));
  CHECK(archive.read()->size() == 1);
  archive.index(plain(one) + "," + plain(archive.image("arm64", layer('b'))));
  CHECK(archive.read().error().what == "the archive holds several images for arm64");
}

TEST_CASE("docker save's own list is read, with its shared layers", "[oci]") {
  OciFiles files;
  const std::string config = "{\"architecture\":\"arm64\",\"rootfs\":{\"diff_ids\":[\"sha256:" + sha('a') +
                             "\",\"sha256:" + sha('b') + "\"]}}";
  const auto name = *short_sum(config) + ".json";
  files.json[name] = config;
  files.json["manifest.json"] =
      "[{\"Config\":\"" + name + "\",\"Layers\":[\"one/layer.tar\",\"two/layer.tar\"]}]";
  files.links["two/layer.tar"] = "../other/layer.tar";
  const auto images = read_oci(files, short_sum);
  REQUIRE(images);
  CHECK(*images ==
        std::vector<OciImage>{{"arm64", {{"one/layer.tar", sha('a')}, {"other/layer.tar", sha('b')}}}});
}

TEST_CASE("what is broken or forged is refused", "[oci]") {
  Archive archive;
  const auto manifest = archive.image("arm64", layer('a'));
  archive.index(plain(manifest));
  SECTION("a manifest that was changed") {
    archive.files.json["blobs/sha256/" + manifest] += " ";
    CHECK(archive.read().error().what.find("has another SHA-256") != std::string::npos);
  }
  SECTION("a digest that is a path") {
    archive.index("{\"digest\":\"sha256:../../etc/passwd\"}");
    CHECK(archive.read().error().what.find("names a manifest without a SHA-256") != std::string::npos);
  }
  SECTION("a digest of another kind") {
    archive.index("{\"digest\":\"sha512:" + sha('a') + "\"}");
    CHECK_FALSE(archive.read());
  }
  SECTION("JSON that is cut") {
    archive.files.json["index.json"].pop_back();
    CHECK(archive.read().error().what.find("index.json is no JSON") != std::string::npos);
  }
  SECTION("a configuration that is missing") {
    archive.index(plain(archive.add("{\"config\":{\"digest\":\"sha256:" + sha('c') + "\"},\"layers\":[]}")));
    CHECK(archive.read().error().what.find("is missing") != std::string::npos);
  }
  SECTION("nothing for our boards") {
    archive.index(for_platform(archive.image("s390x", layer('a')), "s390x"));
    CHECK(archive.read().error().what ==
          "the archive holds no container image for amd64 or arm64, only for s390x");
  }
  SECTION("an index of no end") {
    auto inner = archive.add("{\"manifests\":[" + plain(manifest) + "]}");
    for (int i = 0; i < 5; ++i) inner = archive.add("{\"manifests\":[" + plain(inner) + "]}");
    archive.index(plain(inner));
    CHECK(archive.read().error().what.find("holds too many images") != std::string::npos);
  }
}

TEST_CASE("a container archive is told from a root by its names", "[oci]") {
  for (const std::string path : {"oci-layout", "./index.json", "blobs/sha256/", "manifest.json", "blobs/"})
    CHECK(is_oci_path(path));
  CHECK(is_oci_path(sha('a') + ".json"));
  CHECK(is_oci_path(sha('a') + "/layer.tar"));
  for (const std::string path : {"bin", "./etc/passwd", "usr/", "lib/modules", "home/blobs"})
    CHECK_FALSE(is_oci_path(path));
}
