// The names that boards ask for, as TFTP hands them on: wherever they lead, it is below a generation's boot/
// folder or an iPXE loader, and the root of another board leads nowhere.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/boot/boot_name.hpp"
#include "server/boot/pi_root.hpp"
#include "tftp/request_path.hpp"

namespace {

using namespace rootstock;
using namespace rootstock::server;

const Asker pi{Mac{{0xdc, 0xa6, 0x32, 1, 2, 3}}, "1234abcd", true};
const Asker unknown_pi{Mac{{0xdc, 0xa6, 0x32, 1, 2, 3}}, "", true};
const Asker pc{Mac{{0x52, 0x54, 0, 1, 2, 3}}, "", false};

void check(bool holds) {
  if (!holds) std::abort();
}

void check_name(const BootName& name) {
  if (name.part == BootPart::firmware || name.part == BootPart::device_tree)
    check(name.file.starts_with("boot/") && ("/" + name.file + "/").find("/../") == std::string::npos);
  if (name.part == BootPart::loader) check(name.file.find('/') == std::string::npos);
  if (name.number != 0) check(name.part == BootPart::kernel || name.part == BootPart::initramfs);
  check((name.text != BootText::none) == (name.part == BootPart::script || name.part == BootPart::settings));
  words_for(name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  const auto path = tftp::request_path({reinterpret_cast<const char*>(data), length});
  if (!path) return 0;
  for (const auto& asker : {pi, unknown_pi, pc}) {
    const auto name = boot_name(*path, asker);
    check_name(name);
    check(boot_name(*path, asker) == name);
  }
  check(boot_name(*path, pc).part != BootPart::nothing);
  if (pi_path(*path, pi).of_another) check(boot_name(*path, pi).part == BootPart::nothing);
  // Below its root a board finds what it finds without.
  if (pi_name(*path)) check(boot_name("1234abcd/" + *path, pi) == boot_name(*path, pi));
  return 0;
}
