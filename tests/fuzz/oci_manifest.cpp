// Any bytes as the JSON files of a container archive: no crash, and what is accepted names only files of the
// archive by whole digests. The input is cut at zero bytes: index.json, then blobs, each found under the
// digest it asks for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rootfs/disk_layout.hpp"
#include "rootfs/oci.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

/// So that a blob is found: its digest is its place in the input.
Result<std::string, Failure> digest(std::string_view bytes) {
  return std::string(64, bytes.empty() ? 'f' : "0123456789abcdef"[bytes.size() % 16]);
}

void check(const OciImage& image) {
  must(image.architecture == "amd64" || image.architecture == "arm64");
  for (const auto& layer : image.layers)
    must(layer.sha256.size() == 64 &&
         layer.sha256.find_first_not_of("0123456789abcdef") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string all(reinterpret_cast<const char*>(data), size);
  OciFiles files;
  const auto end = std::min(all.find('\0'), all.size());
  const auto top = all.substr(0, end);
  files.json[top.starts_with('[') ? "manifest.json" : "index.json"] = top;
  for (auto from = end + 1; from < all.size();) {
    const auto to = std::min(all.find('\0', from), all.size());
    const auto blob = all.substr(from, to - from);
    const auto hex = *digest(blob);
    files.json["blobs/sha256/" + hex] = files.json[hex + ".json"] = blob;
    from = to + 1;
  }
  if (const auto images = read_oci(files, digest))
    std::for_each(images->begin(), images->end(), check);
  else
    must(!images.error().what.empty());

  constexpr std::uint64_t disk = 1 << 30;
  if (const auto layout = read_disk_layout(top, disk)) {
    must(layout->root.start <= disk && layout->root.size <= disk - layout->root.start);
    if (layout->boot) must(layout->boot->start <= disk && layout->boot->size <= disk - layout->boot->start);
  }
  return 0;
}
