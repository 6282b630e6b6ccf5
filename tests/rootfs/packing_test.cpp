#include "rootfs/packing.hpp"

#include <sys/stat.h>

#include "rootfs/archive.hpp"
#include "rootfs/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

constexpr char machine_amd64 = 62, machine_arm64 = static_cast<char>(183);  // EM_...

/// The header of a static program, and nothing behind it.
std::string program_for(char machine) {
  std::string busybox(64 + 56, '\0');
  busybox.replace(0, 6,
                  "\x7f"
                  "ELF\x02\x01");
  busybox[0x12] = machine, busybox[0x20] = 64, busybox[0x36] = 56, busybox[0x38] = 1, busybox[64] = 1;
  return busybox;
}

std::string arm64_kernel(std::size_t bytes) {
  std::string image(bytes, '\0');
  image.replace(56, 4, "ARM\x64");
  return image;
}

/// A staging folder with the least that makes a node.
struct Bench {
  TempFolder folder;
  fs::path tree = folder / "tree";
  std::FILE* silence = std::fopen("/dev/null", "w");
  Progress progress{silence};
  Workshop workshop;

  explicit Bench(char machine) {
    workshop.progress = &progress;
    workshop.slurm = false;
    write_file(tree / "bin/busybox", program_for(machine));
    ::chmod((tree / "bin/busybox").c_str(), 0755);
    for (const auto* file : {"sbin/init", "usr/lib/systemd/systemd"}) write_file(tree / file, "");
    fs::create_directory_symlink("usr/lib", tree / "lib");
  }
  ~Bench() { std::fclose(silence); }

  void add_kernel(const std::string& version, const std::string& image,
                  const std::string& modules = "") const {
    const auto folder_of_modules = tree / "usr/lib/modules" / version;
    write_file(folder_of_modules / "modules.dep", "");
    write_file(folder_of_modules / "modules.builtin",
               "kernel/net/packet/af_packet.ko\nkernel/fs/nfs/nfsv4.ko\nkernel/drivers/block/loop.ko\n"
               "kernel/fs/squashfs/squashfs.ko\nkernel/fs/overlayfs/overlay.ko\n" +
                   modules);
    write_file(tree / "boot" / ("vmlinuz-" + version), image);
  }
  /// As in a kernel package of Raspberry Pi OS.
  void add_gzipped_kernel(const std::string& version, const std::string& image) const {
    add_kernel(version, image, "kernel/drivers/net/ethernet/cadence/macb.ko\nkernel/drivers/mfd/rp1.ko\n");
    REQUIRE(run({"gzip", "-n", (tree / "boot" / ("vmlinuz-" + version)).string()})->status == 0);
    fs::rename(tree / "boot" / ("vmlinuz-" + version + ".gz"), tree / "boot" / ("vmlinuz-" + version));
    for (const auto* board : {"bcm2710-rpi-3-b", "bcm2711-rpi-4-b", "bcm2712-rpi-5-b"})
      write_file(tree / ("usr/lib/linux-image-" + version) / "broadcom" / (std::string(board) + ".dtb"),
                 version);
    write_file(tree / ("usr/lib/linux-image-" + version) / "overlays/overlay_map.dtb", "");
  }
  void add_firmware() const {
    for (const auto* name : {"bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat"})
      write_file(tree / "usr/lib/raspi-firmware" / name, name);
  }
  Result<Generation, Failure> pack() const { return pack_tree(folder.path(), RootKind::squashfs, workshop); }
};

std::string listed(const Generation& generation) {
  return run({"unsquashfs", "-l", "-d", "", generation.root().string()})->output;
}

}  // namespace

TEST_CASE("a Raspberry Pi OS tree becomes a generation for every Pi", "[packing]") {
  Bench bench(machine_arm64);
  const auto image = arm64_kernel(5000);
  bench.add_gzipped_kernel("6.12.47+rpt-rpi-2712", arm64_kernel(6000));
  bench.add_gzipped_kernel("6.12.47+rpt-rpi-v8", image);
  bench.add_firmware();
  const auto made = bench.pack();
  if (!made) FAIL(made.error().what);
  CHECK(made->architecture == "arm64");
  CHECK(made->kernel_version == "6.12.47+rpt-rpi-v8");
  CHECK(tests::read_file(made->kernel()) == image);
  CHECK(made->boards == std::vector<std::string>{"pi3", "pi4", "pi5", "u-boot"});
  CHECK(made->doubts.empty());
  CHECK(tests::read_file(made->boot() / "dtbs/broadcom/bcm2712-rpi-5-b.dtb") == "6.12.47+rpt-rpi-v8");
  CHECK(fs::exists(made->boot() / "overlays/overlay_map.dtb"));
  const auto root = listed(*made);
  CHECK(root.find("/usr/lib/modules/6.12.47+rpt-rpi-v8/modules.dep") != std::string::npos);
  for (const auto* gone : {"rpi-2712", "/usr/lib/raspi-firmware", "/usr/lib/linux-image", "/boot/"})
    CHECK(root.find(gone) == std::string::npos);
}

TEST_CASE("a PC's tree has no boot folder", "[packing]") {
  Bench bench(machine_amd64);
  bench.add_kernel("6.1.0-56-amd64", "a kernel");
  const auto made = bench.pack();
  if (!made) FAIL(made.error().what);
  CHECK(made->architecture == "amd64");
  CHECK(made->boards == std::vector<std::string>{"bios", "uefi"});
  CHECK_FALSE(fs::exists(made->boot()));
  CHECK(tests::read_file(made->kernel()) == "a kernel");
}

TEST_CASE("a kernel that no Pi could fetch is refused with file, size, limit and reason", "[packing]") {
  Bench bench(machine_arm64);
  bench.add_gzipped_kernel("6.12.47+rpt-rpi-v8", arm64_kernel(70'000'000));
  bench.add_firmware();
  const auto made = bench.pack();
  REQUIRE_FALSE(made);
  CHECK(made.error().what.find("kernel has 70000000 bytes; a Raspberry Pi fetches at most 67107840") !=
        std::string::npos);
  CHECK(made.error().what.find("65535 blocks of 1024 bytes") != std::string::npos);
  CHECK(made.error().hint == "nothing was published");
}

TEST_CASE("a kernel that is cut short is refused", "[packing]") {
  Bench bench(machine_arm64);
  bench.add_gzipped_kernel("6.12.47+rpt-rpi-v8", arm64_kernel(5000));
  fs::resize_file(bench.tree / "boot/vmlinuz-6.12.47+rpt-rpi-v8", 30);
  const auto made = bench.pack();
  REQUIRE_FALSE(made);
  CHECK(made.error().what.find("cannot copy the kernel 6.12.47+rpt-rpi-v8: ") == 0);
}

TEST_CASE("an image for a machine that no board has is refused", "[packing]") {
  Bench bench(static_cast<char>(243));  // EM_RISCV
  bench.add_kernel("6.12.0-riscv64", "a kernel");
  const auto made = bench.pack();
  REQUIRE_FALSE(made);
  CHECK(made.error().what.find("neither for amd64 nor for arm64") != std::string::npos);
}
