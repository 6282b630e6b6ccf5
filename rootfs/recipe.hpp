#pragma once
// A recipe: how an image is made. A TOML file; if you hold a Recipe, it is valid.
//
//   suite = "host"                # the head's own release, or "bookworm", "trixie"
//   architecture = "arm64"        # default: the head's own; or architectures = ["amd64", "arm64"]
//   packages = ["systemd-sysv", "slurmd", ...]
//   kernel = "linux-image-arm64"  # unpacked, not installed; a meta package leads to the newest;
//                                 # "linux-image-arm64/trixie-backports" takes it from there
//   boot_packages = ["raspi-firmware"]       # firmware, boot loaders: unpacked, not installed
//   [amd64]  [arm64]              # kernel, packages, boot_packages of this architecture; lists are added
//   root = "squashfs"             # or "tree"
//   variant = "essential"         # mmdebstrap's word for what is there before `packages`;
//                                 # "extract" runs none of their programs
//   sources = ["deb [signed-by=...] http://... bookworm main"]   # default: the head's own for this suite
//   components = ["main", "non-free-firmware"]  # of the head's own Debian sources, beside theirs
//   with_sources = ["raspberrypi"]              # beside them: from the settings' [images.sources]
//   leave_out = ["/usr/share/doc/*"]   keep = [...]              # file patterns for dpkg
//   [[file]]  path = "/etc/motd"  content = "..." or source = "FILE beside the recipe"  mode = "0644"
//   [[hook]]  name = "..."  run = "shell script, run inside the image"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/result.hpp"
#include "rootfs/generation.hpp"

namespace rootstock::rootfs {

struct RecipeFile {
  std::string path;     ///< absolute, in the image
  std::string content;  ///< unless `source` is given
  std::optional<std::filesystem::path> source;
  std::uint32_t mode = 0644;
};

struct RecipeHook {
  std::string name, script;
};

struct Recipe {
  std::filesystem::path file;
  std::string suite;
  std::string architecture;
  std::string variant = "essential";
  RootKind root_kind = RootKind::squashfs;
  std::vector<std::string> packages;
  std::vector<std::string> boot_packages;
  std::string kernel;                            ///< empty: one of `packages` brings it
  std::string kernel_release;                    ///< the release to take it from; empty: `suite`
  std::vector<std::string> sources, components;  ///< one-line style; empty: the head's own
  std::vector<std::string> with_sources;
  std::vector<std::string> leave_out, keep;
  std::vector<RecipeFile> files;
  std::vector<RecipeHook> hooks;
};

/// The machine that builds: what "host" means.
struct BuildHost {
  std::string suite;         ///< "bookworm"
  std::string architecture;  ///< "amd64"
};

/// One recipe for each of its architectures, in the order of the file. `file` is named in faults; relative
/// sources are looked for beside it.
Result<std::vector<Recipe>, std::vector<Diagnostic>> parse_recipe(const std::filesystem::path& file,
                                                                  const std::string& text,
                                                                  const BuildHost& host);

}  // namespace rootstock::rootfs
