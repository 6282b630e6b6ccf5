// Disk images, made by the tools that make real ones, with the layout of Raspberry Pi OS's.

#include "rootfs/disk_image.hpp"

#include "rootfs/disk_layout.hpp"
#include "rootfs/process.hpp"
#include "tests/rootfs/import_bench.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mib = 1 << 20;

void sh(const fs::path& folder, const std::string& script) {
  RunOptions how;
  how.folder = folder;
  how.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {"MTOOLS_SKIP_CHECK", "1"}};
  const auto done = run({"sh", "-eu", "-c", script}, how);
  REQUIRE(done);
  INFO(done->errors);
  REQUIRE(done->status == 0);
}

/// Two kernels side by side, as Raspberry Pi OS has them; files of many owners; a swap file's hole.
void make_root(const fs::path& root) {
  {
    auto tar = ArchiveWriter::to_file(root.parent_path() / "root.tar", ArchiveFormat::tar, Compression::none);
    tests::add_least_root(tar, "arm64");
    tar.directory("boot/firmware");
    tar.file("etc/fstab", "PARTUUID=4e639091-02 / ext4 defaults,noatime 0 1\n");
    tar.file("etc/rpi-issue", "Raspberry Pi reference\n");
    REQUIRE(tar.finish());
  }
  sh(root.parent_path(),
     "mkdir root && tar -x -p -f root.tar -C root && cd root && mkdir -p home/pi && echo mine > home/pi/note "
     "&&"
     "chown -R 1000:1000 home/pi && chmod 4755 sbin/init && ln home/pi/note home/pi/other && ln -s note "
     "home/pi/link");
}

/// `label`: dos as Raspberry Pi OS has it, or gpt. `in_root`: what else is done in the root's folder.
fs::path make_disk(const tests::TempFolder& folder, const std::string& label,
                   const std::string& in_root = "true") {
  make_root(folder / "root");
  sh(folder / "root", in_root);
  sh(folder.path(),
     "truncate -s 8M boot.part && mkfs.vfat -F 16 -s 1 boot.part >/dev/null &&"
     "mkdir -p fw/overlays && cd fw && printf 'arm_64bit=1\\n' > config.txt && printf "
     "'root=PARTUUID=4e639091-02\\n' > cmdline.txt &&"
     "for f in bootcode.bin start.elf fixup.dat start4.elf fixup4.dat bcm2710-rpi-3-b.dtb "
     "bcm2711-rpi-4-b.dtb "
     "bcm2712-rpi-5-b.dtb kernel8.img overlays/overlay_map.dtb overlays/disable-wifi.dtbo;"
     "do echo \"this is $f\" > $f; done &&"
     "mcopy -s -i ../boot.part * :: && cd .. &&"
     "truncate -s 24M root.part && mkfs.ext4 -q -d root root.part &&"
     "truncate -s 34M disk.img && printf 'label: " +
         label +
         "\\nstart=2048,size=16384,type=" + (label == "dos" ? "c" : "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7") +
         "\\nstart=18432,size=49152,type=" + (label == "dos" ? "83" : "L") +
         "\\n' | sfdisk -q disk.img &&"
         "dd if=boot.part of=disk.img bs=1M seek=1 conv=notrunc status=none &&"
         "dd if=root.part of=disk.img bs=1M seek=9 conv=notrunc status=none");
  return folder / "disk.img";
}

bool is_mounted(const fs::path& folder) {
  return tests::read_file("/proc/self/mountinfo").find(folder.string()) != std::string::npos;
}

std::string loops_of(const fs::path& folder) {
  return run({"sh", "-c", "losetup -a | grep -F '" + folder.string() + "' || true"})->output;
}

std::string partition_table(const std::string& partitions) {
  return R"({"partitiontable":{"label":"dos","unit":"sectors","sectorsize":512,"partitions":[)" + partitions +
         "]}}";
}

}  // namespace

TEST_CASE("a Raspberry Pi OS image becomes a generation, however it is packed", "[disk_image]") {
  if (!tests::is_root()) return;
  tests::ImportBench bench;
  const auto [label, pack, file] = GENERATE(
      table<std::string, std::string, std::string>({{"dos", "true", "disk.img"},
                                                    {"gpt", "xz -0 disk.img", "disk.img.xz"},
                                                    {"dos", "gzip disk.img", "disk.img.gz"},
                                                    {"dos", "zstd -q --rm disk.img", "disk.img.zst"}}));
  CAPTURE(label, file);
  make_disk(bench.folder, label);
  sh(bench.folder.path(), pack);
  const auto made = bench.import(bench.folder / file);
  if (!made) FAIL(made.error().what + made.error().hint);
  const auto& generation = made->front();
  CHECK(generation.architecture == "arm64");
  CHECK(generation.origin == "import " + file);
  for (const char* path :
       {"boot/firmware/start4.elf", "boot/firmware/bootcode.bin", "boot/overlays/overlay_map.dtb",
        "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb", "boot/dtbs/broadcom/bcm2712-rpi-5-b.dtb"})
    CHECK(fs::exists(generation.folder / path));
  CHECK(tests::read_file(generation.folder / "boot/firmware/start4.elf") == "this is start4.elf\n");
  const auto listed = run({"unsquashfs", "-lln", "-d", "", generation.root().string()})->output;
  CHECK(listed.find("-rwsr-xr-x 0/0") != std::string::npos);
  CHECK(listed.find("1000/1000") != std::string::npos);
  CHECK(listed.find("/home/pi/other") != std::string::npos);
  // The node's own list of mounts stands for the card's, which would keep it waiting for a card.
  CHECK(run({"unsquashfs", "-cat", generation.root().string(), "etc/fstab"})->output.find("PARTUUID") ==
        std::string::npos);
  CHECK_FALSE(is_mounted(bench.folder.path()));
  CHECK(loops_of(bench.folder.path()).empty());
}

TEST_CASE("an import of a disk image that is stopped leaves no mount, no loop device, no folder",
          "[disk_image]") {
  if (!tests::is_root()) return;
  tests::ImportBench bench;
  make_disk(bench.folder, "dos");
  int asked = 0;
  bench.workshop.stop = [&] { return ++asked > 1; };
  const auto made = bench.import(bench.folder / "disk.img");
  REQUIRE_FALSE(made);
  CHECK(made.error().what.find("stopped") != std::string::npos);
  CHECK(bench.is_clean());
  CHECK_FALSE(is_mounted(bench.folder.path()));
}

TEST_CASE("links below the boot partition's mount point lead no file out of the tree", "[disk_image]") {
  if (!tests::is_root()) return;
  tests::ImportBench bench;
  const auto outside = bench.folder / "outside";
  tests::write_file(outside / "config.txt", "the head's own");
  const auto [link, target] =
      GENERATE_REF(table<std::string, fs::path>({{"firmware", outside},
                                                 {"firmware/overlays", outside},
                                                 {"firmware/config.txt", outside / "config.txt"}}));
  CAPTURE(link);
  const auto disk = make_disk(bench.folder, "dos",
                              "rm -rf boot/" + link + " && ln -s " + target.string() + " boot/" + link);
  CHECK(bench.import(disk));
  CHECK(tests::read_file(outside / "config.txt") == "the head's own");
  CHECK(std::distance(fs::directory_iterator(outside), fs::directory_iterator()) == 1);
}

TEST_CASE("a disk image that is cut off is refused", "[disk_image]") {
  if (!tests::is_root()) return;
  tests::ImportBench bench;
  const auto disk = make_disk(bench.folder, "dos");
  fs::resize_file(disk, 20 * mib);
  const auto made = bench.import(disk);
  REQUIRE_FALSE(made);
  CHECK(made.error().what == "a partition ends beyond the end of the disk image");
  CHECK(bench.is_clean());
}

TEST_CASE("a root of another kind of file system is told", "[disk_image]") {
  if (!tests::is_root()) return;
  tests::ImportBench bench;
  const auto disk = make_disk(bench.folder, "dos");
  sh(bench.folder.path(), "dd if=/dev/zero of=disk.img bs=1M seek=9 count=1 conv=notrunc status=none");
  const auto made = bench.import(disk);
  REQUIRE_FALSE(made);
  CHECK(made.error().what.find("cannot copy the root out of the disk image") != std::string::npos);
  CHECK(made.error().hint.find("one ext4 file system") != std::string::npos);
  CHECK(loops_of(bench.folder.path()).empty());
}

TEST_CASE("root and boot partition are found by their types", "[disk_image]") {
  const auto layout =
      read_disk_layout(partition_table(R"({"node":"d1","start":8192,"size":1048576,"type":"c"},)"
                                       R"({"node":"d2","start":1056768,"size":4096,"type":"83"},)"
                                       R"({"node":"d3","start":1060864,"size":8192,"type":"83"})"),
                       1024 * mib);
  REQUIRE(layout);
  CHECK(layout->boot->start == 8192 * 512);
  CHECK(layout->root.start == 1060864ULL * 512);
  CHECK(layout->root.size == 8192 * 512);
}

TEST_CASE("tables that cannot be true are refused", "[disk_image]") {
  const auto [text, words] = GENERATE(table<std::string, std::string>({
      {"", "cannot be understood"},
      {"[]", "cannot be understood"},
      {"{\"partitiontable\":{}}", "cannot be understood"},
      {partition_table(R"({"start":-1,"size":8,"type":"83"})"), "cannot be understood"},
      {partition_table(R"({"start":2048,"size":8})"), "cannot be understood"},
      {partition_table(R"("root")"), "cannot be understood"},
      {partition_table(R"({"start":2048,"size":18446744073709551615,"type":"83"})"), "beyond the end"},
      {partition_table(R"({"start":18446744073709551615,"size":2,"type":"83"})"), "beyond the end"},
      {partition_table(R"({"start":2048,"size":4096,"type":"c"})"), "no partition of Linux"},
      {partition_table(""), "no partition of Linux"},
  }));
  CAPTURE(text);
  const auto layout = read_disk_layout(text, 4 * mib);
  REQUIRE_FALSE(layout);
  CHECK(layout.error().what.find(words) != std::string::npos);
}
