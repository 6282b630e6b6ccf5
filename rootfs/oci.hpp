#pragma once
// Container images in an archive, as their JSON files tell of them: the OCI image layout, and docker save's
// manifest.json of before. No disk here: the archive's small files come as a map.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// A file of the archive that must have this SHA-256: one step of the root, usually compressed.
struct OciLayer {
  std::string path;    ///< "blobs/sha256/<hex>", docker's "<id>/layer.tar"
  std::string sha256;  ///< 64 hex digits

  bool operator==(const OciLayer&) const = default;
};

/// The image for one architecture.
struct OciImage {
  std::string architecture;  ///< amd64, arm64
  std::vector<OciLayer> layers;

  bool operator==(const OciImage&) const = default;
};

struct OciFiles {
  std::map<std::string, std::string> json;   ///< contents of the archive's JSON files, by path
  std::map<std::string, std::string> links;  ///< docker save: a layer that another image has too
};

/// SHA-256 as 64 hex digits; fails only when it cannot be worked out at all.
using Sha256 = Result<std::string, Failure> (*)(std::string_view bytes);

/// The images for architectures we know, each once, in the order of the archive. Every JSON file is checked
/// by its digest. Platforms that the index names but the archive does not hold are left out, as `docker save`
/// does.
Result<std::vector<OciImage>, Failure> read_oci(const OciFiles& files, Sha256 sha256);

/// Is this the path of something at the top of such an archive? A root has no such names.
bool is_oci_path(std::string_view path);

}  // namespace rootstock::rootfs
