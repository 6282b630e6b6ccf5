#pragma once
// What a path of the boot view means. Words only: whether the file is there is the view's business.

#include <cstdint>
#include <string>
#include <string_view>

namespace rootstock::server {

/// The part a boot file plays in a boot, in the order of a boot.
enum class BootPart : std::uint8_t {
  extra,   ///< none: a file of the `extra_files` folder
  loader,  ///< iPXE itself
  script,  ///< boot.ipxe, made for the node that asks
  kernel,
  initramfs,
};

struct BootName {
  BootPart part = BootPart::extra;
  std::string image;  ///< empty: of the generation that the asking node boots
  int number = 0;
  std::string file;  ///< loader and extra: the file's name below its folder
  bool operator==(const BootName&) const = default;
};

/// "boot.ipxe", "compute/3/kernel", "initramfs", "undionly.kpxe"; anything else is `extra`.
/// `path` is relative, normalised and free of "..".
BootName boot_name(std::string_view path);

/// The words of logs and events: "iPXE undionly.kpxe", "kernel" ...
std::string words_for(const BootName& name);

}  // namespace rootstock::server
