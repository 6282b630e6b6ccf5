#include "rootfs/oci_archive.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include "rootfs/archive.hpp"
#include "rootfs/layer.hpp"
#include "rootfs/process.hpp"
#include "rootfs/squashfs.hpp"
#include "rootfs/unpack.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

/// Manifests and configurations are some kilobytes; layers begin with another letter than '{'.
constexpr std::uint64_t largest_json = 4 << 20;
constexpr std::size_t most_json = 64 << 20;

std::string clean(std::string path) {
  while (path.starts_with("./")) path.erase(0, 2);
  return path;
}

Result<std::string, Failure> sha256_of(std::string_view bytes) {
  RunOptions how;
  how.input = bytes;
  const auto summed = run({"sha256sum"}, how);
  if (!summed) return tl::unexpected{summed.error()};
  return summed->output.substr(0, 64);
}

bool is_json(const std::string& content) {
  const auto first = content.find_first_not_of(" \t\r\n");
  return first != std::string::npos && (content[first] == '{' || content[first] == '[');
}

/// Calls `take` for each entry of the archive until it fails.
template <class Take>
Result<void, Failure> each_entry(const fs::path& file, Take take) {
  auto reader = ArchiveReader::open(file);
  if (!reader) return tl::unexpected{reader.error()};
  for (;;) {
    auto entry = reader->next();
    if (!entry) return tl::unexpected{entry.error()};
    if (!*entry) return {};
    (*entry)->path = clean((*entry)->path);
    if (const auto done = take(*reader, **entry); !done) return done;
  }
}

/// Writes the image's layers into `folder` as "0", "1", ...
Result<void, Failure> take_out_layers(const fs::path& file, const OciImage& image, const fs::path& folder,
                                      const Workshop& workshop) {
  workshop.progress->step("taking out the layers for " + image.architecture);
  return each_entry(file, [&](ArchiveReader& reader, const ArchiveEntry& entry) -> Result<void, Failure> {
    if (workshop.stopped()) return fail("stopped");
    if (!S_ISREG(entry.mode)) return {};
    fs::path kept;
    // The same layer may be there more than once, an empty one for example.
    for (std::size_t i = 0; i < image.layers.size(); ++i) {
      if (image.layers[i].path != entry.path) continue;
      const auto place = folder / std::to_string(i);
      std::error_code error;
      if (!kept.empty())
        fs::create_hard_link(kept, place, error);
      else if (const auto done = reader.content_to(place, [&] { return !workshop.stopped(); }); !done)
        return done;
      if (error) return fail("cannot make " + place.string() + ": " + error.message());
      kept = place;
    }
    return {};
  });
}

Result<void, Failure> check_layer(const fs::path& file, const OciLayer& layer) {
  std::error_code error;
  if (!fs::exists(file, error))
    return fail("the container image has no layer " + layer.path,
                "it was saved without its layers: pull it whole, and save it again");
  const auto digest = digest_of(file);
  if (!digest) return tl::unexpected{digest.error()};
  if (*digest != layer.sha256)
    return fail("layer " + layer.path + " of the container image has the SHA-256 " + *digest + ", not " +
                    layer.sha256,
                "the archive is damaged: save or copy it once more");
  return {};
}

}  // namespace

Result<bool, Failure> is_container_archive(const fs::path& file) {
  auto reader = ArchiveReader::open(file);
  if (!reader) return tl::unexpected{reader.error()};
  for (;;) {
    const auto entry = reader->next();
    if (!entry) return tl::unexpected{entry.error()};
    if (!*entry) return false;
    if (clean((*entry)->path).empty()) continue;  // "./" itself
    return is_oci_path((*entry)->path);
  }
}

Result<std::vector<OciImage>, Failure> read_container_archive(const fs::path& file) {
  OciFiles files;
  std::size_t bytes = 0;
  const auto read =
      each_entry(file, [&](ArchiveReader& reader, const ArchiveEntry& entry) -> Result<void, Failure> {
        if (S_ISLNK(entry.mode)) files.links[entry.path] = entry.target;
        if (!S_ISREG(entry.mode) || entry.size > largest_json) return {};
        auto content = reader.content();
        if (!content) return tl::unexpected{content.error()};
        if (!is_json(*content)) return {};
        if ((bytes += content->size()) > most_json)
          return fail(file.string() + " holds more JSON than any container image", "is it one?");
        files.json[entry.path] = std::move(*content);
        return {};
      });
  if (!read) return tl::unexpected{read.error()};
  return read_oci(files, sha256_of);
}

Result<void, Failure> unpack_container(const fs::path& file, const OciImage& image, const fs::path& staging,
                                       const Workshop& workshop) {
  const auto layers = staging / "layers", tree = staging / "tree";
  fs::create_directory(layers);
  fs::create_directory(tree);
  if (const auto done = take_out_layers(file, image, layers, workshop); !done) return done;
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    const auto layer = layers / std::to_string(i);
    workshop.progress->step("layer " + std::to_string(i + 1) + " of " + std::to_string(image.layers.size()));
    if (const auto sound = check_layer(layer, image.layers[i]); !sound) return sound;
    const auto laid = lay_layer(layer, tree, [&](double fraction) { return workshop.advance(fraction); });
    if (!laid) return tl::unexpected{laid.error()};
    fs::remove(layer);
  }
  fs::remove(layers);
  return {};
}

}  // namespace rootstock::rootfs
