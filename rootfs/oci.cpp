#include "rootfs/oci.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <optional>

namespace rootstock::rootfs {
namespace {

namespace json = boost::json;

constexpr int deepest_index = 3;
constexpr std::size_t most_images = 64, most_layers = 512;

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Failure broken(const std::string& file, const std::string& what) {
  return {"the container image is broken: " + file + " " + what, "save or copy it once more"};
}

std::string_view text(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->as_string()) : std::string_view{};
}

const json::array* list(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

const json::object* inner(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

/// "sha256:<hex>", the only algorithm that registries use; empty for others.
std::string hex_of(std::string_view digest) {
  constexpr std::string_view algorithm = "sha256:";
  if (!digest.starts_with(algorithm) || !is_hex_digest(digest.substr(algorithm.size()))) return {};
  return std::string(digest.substr(algorithm.size()));
}

std::string blob(const std::string& hex) { return "blobs/sha256/" + hex; }

class Reader {
 public:
  Reader(const OciFiles& files, Sha256 sha256) : files_(files), sha256_(sha256) {}

  Result<std::vector<OciImage>, Failure> all() {
    const auto done = files_.json.contains("index.json") ? index("index.json", "", 0) : docker();
    if (!done) return tl::unexpected{done.error()};
    if (!images_.empty()) return images_;
    return fail("the archive holds no container image for amd64 or arm64" +
                    (others_.empty() ? "" : ", only for " + others_),
                "for example: docker save --platform linux/arm64 NAME, or skopeo copy --override-arch arm64");
  }

 private:
  bool has(const std::string& path) const { return files_.json.contains(path); }

  /// `sha256` empty: the file at the top, which nothing names.
  Result<json::value, Failure> read(const std::string& path, const std::string& sha256) {
    const auto file = files_.json.find(path);
    if (file == files_.json.end()) return tl::unexpected{broken(path, "is missing")};
    if (!sha256.empty()) {
      const auto is = sha256_(file->second);
      if (!is) return tl::unexpected{is.error()};
      if (*is != sha256) return tl::unexpected{broken(path, "has another SHA-256: " + *is)};
    }
    boost::system::error_code error;
    auto value = json::parse(file->second, error);
    if (error) return tl::unexpected{broken(path, "is no JSON: " + error.message())};
    return value;
  }

  Result<json::object, Failure> read_object(const std::string& path, const std::string& sha256) {
    const auto value = read(path, sha256);
    if (!value) return tl::unexpected{value.error()};
    if (!value->is_object()) return tl::unexpected{broken(path, "is no JSON object")};
    return value->as_object();
  }

  /// A list of manifests, or of further lists.
  Result<void, Failure> index(const std::string& path, const std::string& sha256, int depth) {
    const auto object = read_object(path, sha256);
    if (!object) return tl::unexpected{object.error()};
    const auto* manifests = list(*object, "manifests");
    if (manifests == nullptr) return image(path, *object);
    if (depth > deepest_index || manifests->size() > most_images)
      return tl::unexpected{broken(path, "holds too many images")};
    for (const auto& entry : *manifests) {
      const auto* descriptor = entry.if_object();
      const auto hex = descriptor == nullptr ? "" : hex_of(text(*descriptor, "digest"));
      if (hex.empty()) return tl::unexpected{broken(path, "names a manifest without a SHA-256")};
      if (!wanted(*descriptor) || !has(blob(hex))) continue;
      if (const auto done = index(blob(hex), hex, depth + 1); !done) return done;
    }
    return {};
  }

  /// Attestations have the platform "unknown"; where none is told, the image's configuration says it.
  bool wanted(const json::object& descriptor) {
    const auto* platform = inner(descriptor, "platform");
    if (platform == nullptr) return true;
    const auto architecture = text(*platform, "architecture");
    if (architecture == "amd64" || architecture == "arm64") return text(*platform, "os") == "linux";
    if (architecture != "unknown") others_ += (others_.empty() ? "" : ", ") + std::string(architecture);
    return false;
  }

  Result<void, Failure> image(const std::string& path, const json::object& manifest) {
    const auto* config = inner(manifest, "config");
    const auto* layers = list(manifest, "layers");
    const auto hex = config == nullptr ? "" : hex_of(text(*config, "digest"));
    if (hex.empty() || layers == nullptr || layers->size() > most_layers)
      return tl::unexpected{broken(path, "is no image manifest")};
    const auto settings = read_object(blob(hex), hex);
    if (!settings) return tl::unexpected{settings.error()};
    OciImage found{std::string(text(*settings, "architecture")), {}};
    for (const auto& entry : *layers) {
      const auto* layer = entry.if_object();
      const auto digest = layer == nullptr ? "" : hex_of(text(*layer, "digest"));
      if (digest.empty()) return tl::unexpected{broken(path, "names a layer without a SHA-256")};
      found.layers.push_back({blob(digest), digest});
    }
    return add(std::move(found));
  }

  Result<void, Failure> add(OciImage found) {
    if (found.architecture != "amd64" && found.architecture != "arm64") {
      others_ += (others_.empty() ? "" : ", ") + found.architecture;
      return {};
    }
    for (const auto& other : images_) {
      if (other == found) return {};  // one image under two tags
      if (other.architecture == found.architecture)
        return fail("the archive holds several images for " + found.architecture, "save one image only");
    }
    images_.push_back(std::move(found));
    return {};
  }

  /// docker save before version 25: [{"Config": "<hex>.json", "Layers": ["<id>/layer.tar", ...]}]
  Result<void, Failure> docker() {
    const auto top = read("manifest.json", "");
    if (!top) return tl::unexpected{top.error()};
    const auto* entries = top->if_array();
    if (entries == nullptr || entries->size() > most_images)
      return tl::unexpected{broken("manifest.json", "is no list of images")};
    for (const auto& entry : *entries) {
      const auto* object = entry.if_object();
      if (object == nullptr) return tl::unexpected{broken("manifest.json", "is no list of images")};
      if (const auto done = docker_image(*object); !done) return done;
    }
    return {};
  }

  Result<void, Failure> docker_image(const json::object& object) {
    const std::string path(text(object, "Config"));
    const auto stem = std::filesystem::path(path).stem().string();
    const auto* layers = list(object, "Layers");
    if (!is_hex_digest(stem) || layers == nullptr)
      return tl::unexpected{broken("manifest.json", "names no configuration or no layers")};
    const auto settings = read_object(path, stem);
    if (!settings) return tl::unexpected{settings.error()};
    // What the layers must be is told by the configuration, unpacked as they are here.
    const auto* rootfs = inner(*settings, "rootfs");
    const auto* digests = rootfs == nullptr ? nullptr : list(*rootfs, "diff_ids");
    if (digests == nullptr || digests->size() != layers->size() || layers->size() > most_layers)
      return tl::unexpected{broken(path, "tells of other layers than manifest.json")};
    OciImage found{std::string(text(*settings, "architecture")), {}};
    for (std::size_t i = 0; i < layers->size(); ++i) {
      const auto* name = (*layers)[i].if_string();
      const auto* digest = (*digests)[i].if_string();
      const auto hex = digest == nullptr ? "" : hex_of(*digest);
      if (name == nullptr || hex.empty())
        return tl::unexpected{broken(path, "names a layer without a SHA-256")};
      found.layers.push_back({target_of(std::string(*name)), hex});
    }
    return add(std::move(found));
  }

  std::string target_of(const std::string& path) const {
    const auto link = files_.links.find(path);
    if (link == files_.links.end()) return path;
    return (std::filesystem::path(path).parent_path() / link->second).lexically_normal();
  }

  const OciFiles& files_;
  Sha256 sha256_;
  std::vector<OciImage> images_;
  std::string others_;
};

}  // namespace

Result<std::vector<OciImage>, Failure> read_oci(const OciFiles& files, Sha256 sha256) {
  return Reader(files, sha256).all();
}

bool is_oci_path(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  const auto top = path.substr(0, path.find('/'));
  if (top == "oci-layout" || top == "index.json" || top == "manifest.json" || top == "repositories")
    return true;
  if (path.starts_with("blobs/sha256") || path == "blobs" || path == "blobs/") return true;
  return is_hex_digest(top.substr(0, top.find('.')));
}

}  // namespace rootstock::rootfs
