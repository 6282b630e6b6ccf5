#include "rootfs/grub_image.hpp"

#include <string>
#include <system_error>
#include <vector>

#include "rootfs/process.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

/// What GRUB does before it knows any other file, in the words of its rescue shell, which has no `if`: a line
/// that fails is passed over. $prefix gets its protocol and server from where the firmware loaded GRUB.
/// grub.cfg never ends: behind it lies failure, and the firmware is to begin anew, not a prompt to wait.
constexpr const char* first_words =
    "configfile $prefix/grub.cfg\n"
    "echo 'Rootstock: the head gave no grub.cfg; starting again in 10 seconds'\n"
    "sleep 10\n"
    "reboot\n";

/// The network by the firmware's own driver, the shell that grub.cfg and node.cfg are written for, and what
/// starts a kernel.
const std::vector<std::string> modules = {"efinet", "net",  "http",  "tftp", "normal", "configfile", "echo",
                                          "sleep",  "true", "linux", "gzio", "boot",   "reboot"};

/// A link in the tree could lead grub-mkimage to a file of the head, and that file onto the network.
bool has_links(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_symlink(error)) return true;
  return false;
}

}  // namespace

Result<void, Failure> make_http_grub(const fs::path& tree, const fs::path& out) {
  const auto folder = inside(tree, grub_modules);
  std::error_code error;
  if (!fs::is_regular_file(folder / "http.mod", error))
    return fail("the image has no GRUB modules for it",
                "put grub-efi-arm64-bin among the recipe's boot_packages");
  if (has_links(folder))
    return fail(std::string(grub_modules) + " of the image holds links, which are not followed",
                "take the files of grub-efi-arm64-bin as they are");
  fs::create_directories(out.parent_path(), error);
  const auto words = out.parent_path() / "grub-first-words";
  if (const auto written = write_file(words, first_words, fs::perms(0644)); !written) return written;
  std::vector<std::string> argv = {
      "grub-mkimage",   "--format=arm64-efi",         "--directory=" + folder.string(),
      "--prefix=/grub", "--config=" + words.string(), "--output=" + out.string()};
  argv.insert(argv.end(), modules.begin(), modules.end());
  const auto made = run(argv);
  fs::remove(words, error);
  if (!made) return tl::unexpected{made.error()};
  if (made->status == 0) return {};
  fs::remove(out, error);
  return fail("grub-mkimage failed with status " + std::to_string(made->status) + ": " + made->errors,
              "does the head's grub-common fit the image's grub-efi-arm64-bin?");
}

}  // namespace rootstock::rootfs
