#pragma once
// The configuration of NFS-Ganesha. It never changes while the service runs: one export holds every image and
// every generation, so that publishing needs no reload (a reload with one fault in it drops every export).

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"

namespace rootstock::rootfs {

/// Where clients find the images: HEAD:/images/<image>/<number>/...
inline constexpr auto nfs_export = "/images";

struct GaneshaExport {
  Ipv4 address;
  std::uint16_t port = 2049;
  std::filesystem::path images;    ///< exported, read-only
  std::filesystem::path recovery;  ///< Ganesha keeps its list of clients here; writable for it
  bool minor_version_0 = false;    ///< also speak NFS 4.0, for client libraries that know no sessions
};

/// Fails when a path cannot be written down in Ganesha's syntax.
Result<std::string, Failure> ganesha_config(const GaneshaExport& exported);

}  // namespace rootstock::rootfs
