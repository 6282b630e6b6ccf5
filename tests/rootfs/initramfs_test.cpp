#include "rootfs/initramfs.hpp"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "config/file.hpp"
#include "rootfs/archive.hpp"
#include "rootfs/tree_files.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
namespace fs = std::filesystem;

namespace {

const std::string version = "6.1.0-test";
const std::string static_elf = [] {
  std::string elf(64 + 56, '\0');
  elf.replace(0, 6,
              "\x7f"
              "ELF\x02\x01");
  elf[0x20] = 64, elf[0x36] = 56, elf[0x38] = 1, elf[64] = 1;
  return elf;
}();

/// A tree with a kernel's modules, busybox and nothing else; /lib is a link, as on every Debian today.
class Image {
 public:
  Image() {
    std::string pattern = (fs::temp_directory_path() / "rootstock-image-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    fs::create_directories(tree() / "usr/lib");
    fs::create_symlink("usr/lib", tree() / "lib");
    write("bin/busybox", static_elf);
    write(modules("modules.dep"),
          "kernel/fs/nfs/nfsv4.ko: "
          "kernel/fs/nfs/nfs.ko\nkernel/fs/nfs/nfs.ko:\nkernel/fs/squashfs/squashfs.ko:\n"
          "kernel/fs/overlayfs/overlay.ko.gz:\nkernel/sound/snd.ko:\nkernel/drivers/net/virtio_net.ko:\n");
    write(modules("modules.builtin"), "kernel/drivers/block/loop.ko\nkernel/net/packet/af_packet.ko\n");
    write(modules("modules.alias"), "alias virtio:d00000001v* virtio_net\nalias snd-card-* snd\n");
    for (const auto* path :
         {"kernel/fs/nfs/nfsv4.ko", "kernel/fs/nfs/nfs.ko", "kernel/fs/squashfs/squashfs.ko",
          "kernel/sound/snd.ko", "kernel/drivers/net/virtio_net.ko"})
      write(modules(path), std::string("module ") + path);
    write(modules("kernel/fs/overlayfs/overlay.ko"), "overlay, unpacked");
    REQUIRE(std::system(
                ("gzip -n " + (tree() / modules("kernel/fs/overlayfs/overlay.ko")).string()).c_str()) == 0);
  }
  ~Image() { fs::remove_all(root_); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  fs::path tree() const { return root_ / "tree"; }
  fs::path out(const char* name = "initramfs") const { return root_ / name; }
  static fs::path modules(const char* path) { return fs::path("usr/lib/modules") / version / path; }
  void write(const fs::path& path, const std::string& content) const {
    REQUIRE(write_file(tree() / path, content, fs::perms(0755)));
  }

 private:
  fs::path root_;
};

std::map<std::string, std::string> contents(const fs::path& file) {
  std::map<std::string, std::string> all;
  auto reader = ArchiveReader::open(file);
  REQUIRE(reader);
  for (auto entry = reader->next(); entry && *entry; entry = reader->next()) {
    const auto path = (*entry)->path;
    all[path] = (*entry)->target.empty() ? *reader->content() : "-> " + (*entry)->target;
  }
  return all;
}

}  // namespace

TEST_CASE("an initramfs has init, busybox and the modules it needs, unpacked", "[initramfs]") {
  const Image image;
  const auto report = write_initramfs(image.tree(), version, image.out());
  REQUIRE(report);
  CHECK(report->modules == std::vector<std::string>{"nfs", "nfsv4", "overlay", "squashfs", "virtio_net"});
  CHECK(report->bytes == fs::file_size(image.out()));

  const auto all = contents(image.out());
  const auto top = "lib/modules/" + version + "/";
  CHECK(all.at("init").starts_with("#!/bin/busybox sh\n"));
  for (const auto* path : {"etc/agent", "etc/shutdown"})
    CHECK(all.at(path).starts_with("#!/bin/busybox sh\n"));  // what stays in memory on a running node
  CHECK(all.contains("etc/talk"));
  CHECK(all.at("bin/busybox") == static_elf);
  CHECK(all.at("sbin/modprobe") == "-> /bin/busybox");
  CHECK(all.at(top + "kernel/fs/overlayfs/overlay.ko") == "overlay, unpacked");
  CHECK(all.at(top + "kernel/fs/nfs/nfsv4.ko") == "module kernel/fs/nfs/nfsv4.ko");
  CHECK(all.at(top + "modules.alias") == "alias virtio:d00000001v* virtio_net\n");
  CHECK(all.at("etc/modules") == "nfsv4\nsquashfs\noverlay\n");
  CHECK(all.contains("dev/console"));
  CHECK_FALSE(all.contains(top + "kernel/sound/snd.ko"));
}

TEST_CASE("an initramfs brings the watchdogs that its kernel has", "[initramfs]") {
  const Image image;
  image.write(Image::modules("modules.dep"),
              "kernel/fs/nfs/nfsv4.ko:\nkernel/fs/squashfs/squashfs.ko:\nkernel/fs/overlayfs/overlay.ko.gz:\n"
              "kernel/drivers/watchdog/softdog.ko: kernel/drivers/watchdog/watchdog.ko\n"
              "kernel/drivers/watchdog/watchdog.ko:\nkernel/drivers/watchdog/mei_wdt.ko:\n");
  for (const auto* name : {"softdog", "watchdog", "mei_wdt"})
    image.write(Image::modules((std::string("kernel/drivers/watchdog/") + name + ".ko").c_str()), name);
  const auto report = write_initramfs(image.tree(), version, image.out());
  REQUIRE(report);
  CHECK(report->modules == std::vector<std::string>{"nfsv4", "overlay", "softdog", "squashfs", "watchdog"});
}

TEST_CASE("the same tree gives the same bytes", "[initramfs]") {
  const Image image;
  REQUIRE(write_initramfs(image.tree(), version, image.out("one")));
  REQUIRE(write_initramfs(image.tree(), version, image.out("two")));
  CHECK(*read_file(image.out("one")) == *read_file(image.out("two")));
}

TEST_CASE("a kernel that cannot unpack zstd gets gzip", "[initramfs]") {
  const Image image;
  image.write("boot/config-" + version, "CONFIG_RD_GZIP=y\n# CONFIG_RD_ZSTD is not set\n");
  REQUIRE(write_initramfs(image.tree(), version, image.out()));
  CHECK(read_file(image.out())->starts_with("\x1f\x8b"));
}

TEST_CASE("what is missing is told with the package that brings it", "[initramfs]") {
  const Image image;
  SECTION("a dynamic busybox") {
    auto dynamic = static_elf;
    dynamic[64] = 3;
    image.write("bin/busybox", dynamic);
    const auto report = write_initramfs(image.tree(), version, image.out());
    REQUIRE_FALSE(report);
    CHECK(report.error().hint == "add the package busybox-static to the recipe");
  }
  SECTION("no modules at all") {
    const auto report = write_initramfs(image.tree(), "9.9", image.out());
    REQUIRE_FALSE(report);
    CHECK(report.error().what.starts_with("the image has no modules for its kernel 9.9"));
  }
  SECTION("a module file that modules.dep names and nobody has") {
    fs::remove(image.tree() / Image::modules("kernel/fs/nfs/nfs.ko"));
    const auto report = write_initramfs(image.tree(), version, image.out());
    REQUIRE_FALSE(report);
    CHECK(report.error().what.find("kernel/fs/nfs/nfs.ko") != std::string::npos);
  }
}
