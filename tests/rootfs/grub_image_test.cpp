#include "rootfs/grub_image.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

// The image itself is made in the lab, of real modules: no package of an amd64 head has those for arm64.

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

struct Place {
  TempFolder folder;
  fs::path tree = folder / "tree", out = folder / "boot/grubaa64-http.efi";

  fs::path module(const std::string& name) const { return tree / "usr/lib/grub/arm64-efi" / name; }
  Failure failure() const {
    const auto made = make_http_grub(tree, out);
    REQUIRE_FALSE(made);
    CHECK_FALSE(fs::exists(out));
    CHECK((!fs::exists(out.parent_path()) || fs::is_empty(out.parent_path())));
    return made.error();
  }
};

}  // namespace

TEST_CASE("GRUB by HTTP: an image without GRUB's modules says what to add", "[grub_image]") {
  Place place;
  write_file(place.module("monolithic/grubnetaa64.efi"), "MZ");
  CHECK(place.failure().what == "the image has no GRUB modules for it");
  CHECK(place.failure().hint.find("grub-efi-arm64-bin") != std::string::npos);
}

TEST_CASE("GRUB by HTTP: no link of the tree is followed", "[grub_image]") {
  Place place;
  write_file(place.folder / "secret", "secret");
  write_file(place.module("http.mod"), "a module");
  fs::create_symlink(place.folder / "secret", place.module("net.mod"));
  CHECK(place.failure().what.find("holds links") != std::string::npos);
}

TEST_CASE("GRUB by HTTP: what grub-mkimage says of broken modules is handed on", "[grub_image]") {
  Place place;
  write_file(place.module("http.mod"), "no ELF");
  const auto failure = place.failure();
  INFO(failure.what);
  CHECK((failure.what.starts_with("grub-mkimage failed with status 1: ") ||
         failure.hint.find("grub-common") != std::string::npos));
}
