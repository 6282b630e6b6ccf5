#pragma once
// What the tests of imports share: the least root that makes a node, and a workshop that says nothing.

#include <cstdio>

#include "rootfs/archive.hpp"
#include "rootfs/importer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace rootstock::tests {

/// A program of this architecture that needs no other file; nothing here runs it.
inline std::string static_program(const std::string& architecture) {
  std::string program(64 + 56, '\0');
  program.replace(0, 6,
                  "\x7f"
                  "ELF\x02\x01");
  program[0x12] = static_cast<char>(architecture == "arm64" ? 183 : 62);
  program[0x20] = 64, program[0x36] = 56, program[0x38] = 1, program[64] = 1;
  return program;
}

/// What an arm64 kernel begins with: "ARM\x64" at 56 (Documentation/arch/arm64/booting).
inline std::string kernel_for(const std::string& architecture) {
  if (architecture != "arm64") return "a kernel";
  std::string image(4096, '\0');
  image.replace(56, 4, "ARM\x64");
  return image;
}

/// A kernel with its modules built in, a static busybox, systemd.
inline void add_least_root(rootfs::ArchiveWriter& tar, const std::string& architecture) {
  tar.directory("./");
  tar.directory("usr/lib/modules/6.1.0");
  tar.symlink("lib", "usr/lib");
  tar.file("usr/lib/modules/6.1.0/modules.dep", "");
  tar.file("usr/lib/modules/6.1.0/modules.builtin",
           "kernel/net/packet/af_packet.ko\nkernel/fs/nfs/nfsv4.ko\nkernel/drivers/block/loop.ko\n"
           "kernel/fs/squashfs/squashfs.ko\nkernel/fs/overlayfs/overlay.ko\n");
  tar.file("boot/vmlinuz-6.1.0", kernel_for(architecture));
  tar.file("bin/busybox", static_program(architecture), 0755);
  tar.file("sbin/init", "", 0755);
  tar.file("usr/lib/systemd/systemd", "", 0755);
  tar.file("etc/munge/munge.key", "a secret of the machine that was packed");
  tar.file("var/log/journal/1234/system.journal", "what happened there");
}

struct ImportBench {
  TempFolder folder;
  std::FILE* silence = std::fopen("/dev/null", "w");
  rootfs::Progress progress{silence};
  rootfs::Workshop workshop;
  rootfs::Store store{folder / "images"};

  ImportBench() {
    workshop.progress = &progress;
    workshop.slurm = false;
  }
  ~ImportBench() { std::fclose(silence); }

  auto import(const std::filesystem::path& file) {
    return rootfs::import_image(store, "imported", file, workshop);
  }
  /// Nothing was published, and no staging folder left.
  bool is_clean() const {
    if (!std::filesystem::exists(folder / "images/imported")) return true;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "images/imported"))
      if (entry.path().filename() != ".lock") return false;
    return true;
  }
};

}  // namespace rootstock::tests
