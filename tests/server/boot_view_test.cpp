// The boot view over a real store on disk, and what never leaves it.
#include "server/boot/view.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "server/boot/explain.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::server;
using tests::TempFolder;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

constexpr auto board_mac = "02:00:00:00:00:01";

std::string text_of(const tftp::File& file) {
  std::string text(file.size(), '\0');
  text.resize(file.read_at(0, std::as_writable_bytes(std::span{text})));
  return text;
}

struct House {
  TempFolder folder;
  Settings settings;
  Registry registry{{}, 9, {}};
  Ipv4 client = "10.77.0.10"_ip;

  House() {
    settings.network.address = "10.77.0.1"_ip;
    settings.paths.state = folder.path();
    settings.tftp.extra_files = folder.path() / "extra";
    dhcp::Board board;
    board.mac = *Mac::parse(board_mac);
    board.dialect = dhcp::Dialect::pxe_bios;
    registry.join(board, client, "aa", Time{});
  }
  void publish(int number) {
    const auto made = settings.paths.images() / "compute" / std::to_string(number);
    write_file(made / "kernel", "kernel " + std::to_string(number));
    write_file(made / "initramfs", "initramfs");
    write_file(
        made / "manifest.json",
        R"({"image":"compute","number":)" + std::to_string(number) +
            R"(,"architecture":"amd64","root":"squashfs","digest":"00","kernel_version":"6.1.0","origin":"test",)"
            R"("bytes":1,"created":"","created_unix":0})");
    write_file(settings.paths.images() / "compute/active", std::to_string(number));
  }
  void starts_booting() {
    Node& node = *registry.by_address(client);
    dhcp::Board board;
    board.dialect = dhcp::Dialect::ipxe;
    node.boot.on_dhcp({board, "DISCOVER", "OFFER", client, "boot.ipxe", ""}, Moment{std::chrono::hours{1}});
  }
};

}  // namespace

TEST_CASE("names of the boot view") {
  CHECK(boot_name("boot.ipxe") == BootName{BootPart::script, "", 0, "", BootText::boot_ipxe});
  CHECK(boot_name("undionly.kpxe") == BootName{BootPart::loader, "", 0, "undionly.kpxe"});
  CHECK(boot_name("kernel") == BootName{BootPart::kernel, "", 0, ""});
  CHECK(boot_name("compute/12/initramfs") == BootName{BootPart::initramfs, "compute", 12, ""});
  for (const auto* other :
       {"compute/012/kernel", "compute/0/kernel", "compute/-1/kernel", "compute/3/root.squashfs",
        ".staging/3/kernel", "/3/kernel", "compute/3/kernel/x", "compute/3", "compute/99999999999/kernel"})
    CHECK(boot_name(other) == BootName{BootPart::extra, "", 0, other});
}

TEST_CASE("a node without a generation is told so on its screen, and asks again") {
  House house;
  View view(house.settings, house.registry);
  const auto script = view.find(house.client, "boot.ipxe");
  REQUIRE(script);
  const auto text = text_of(*script->file);
  CHECK(text.starts_with("#!ipxe\n"));
  CHECK(text.find("node01 cannot boot yet") != text.npos);
  CHECK(text.find("chain --replace http://10.77.0.1/boot.ipxe") != text.npos);
  CHECK(view.find(house.client, "kernel").error() == tftp::Refusal::not_found);
}

TEST_CASE("a boot keeps to the generation it was promised") {
  House house;
  View view(house.settings, house.registry);
  house.publish(1);
  house.starts_booting();
  const auto script = view.find(house.client, "boot.ipxe");
  REQUIRE(script);
  CHECK(text_of(*script->file).find("kernel http://10.77.0.1/compute/1/kernel initrd=initramfs ") !=
        std::string::npos);
  house.publish(2);
  CHECK(text_of(*view.find(house.client, "kernel")->file) == "kernel 1");
  CHECK(text_of(*view.find(house.client, "compute/2/kernel")->file) == "kernel 2");
  CHECK(view.find("10.77.0.99"_ip, "kernel").error() == tftp::Refusal::not_found);  // no seat, no generation
}

TEST_CASE("a pinned node boots its generation, whatever is active, and nothing when that one is gone") {
  House house;
  std::vector<std::string> told;
  View view(house.settings, house.registry,
            [&](Node&, const Failure& why) { told.push_back(why.what + "; " + why.hint); });
  house.publish(1);
  house.publish(2);
  auto& record = house.registry.by_address(house.client)->record;
  record.pinned = "compute/1";
  CHECK(view.next_boot(record).label() == "compute/1");
  CHECK(text_of(*view.find(house.client, "boot.ipxe")->file).find("/compute/1/kernel") != std::string::npos);
  const auto explained = explain(house.settings, house.registry, view, {*Mac::parse(board_mac), {}, false});
  CHECK(explained.generation == "compute/1");
  CHECK(explained.why.back() == "node01 is pinned to compute/1");

  fs::remove_all(house.settings.paths.images() / "compute/1");
  house.starts_booting();
  const auto text = text_of(*view.find(house.client, "boot.ipxe")->file);
  CHECK(text.find("node01 is pinned to compute/1, which cannot be booted") != text.npos);
  CHECK(text.find("kernel http") == text.npos);
  REQUIRE(told.size() == 1);
  CHECK(told.front().find("`rootstock nodes pin node01 --none`") != std::string::npos);

  record.pinned = "compute/2";
  record.architecture = "arm64";
  CHECK(view.next_boot(record).generation.error().what ==
        "node01 is pinned to compute/2, which is for amd64, and its board is arm64");
}

TEST_CASE("whoever may not go on is shown why, and boots once it may; kernels are nobody's secret") {
  House house;
  house.publish(1);
  Pass pass{false, std::chrono::seconds{7}, "node01 waits for approval"};
  View view(house.settings, house.registry, {}, [&](Node&, Gate gate) {
    CHECK(gate == Gate::script);
    return pass;
  });
  const auto shown = [&](const char* name) { return text_of(*view.find(house.client, name)->file); };
  CHECK(shown("boot.ipxe").find("echo Rootstock: node01 waits for approval\n") != std::string::npos);
  CHECK(shown("boot.ipxe").find("sleep 7\n") != std::string::npos);
  CHECK(shown("grub/node.cfg").find("set again=7\n") != std::string::npos);
  CHECK(shown("grub/node.cfg").find("linux") == std::string::npos);
  // U-Boot has no words to show: its board waits in the initramfs.
  CHECK(shown("pxelinux.cfg/01-02-00-00-00-00-01").find("kernel compute/1/kernel") != std::string::npos);
  CHECK(shown("kernel") == "kernel 1");
  // Nor can GRUB renew the address of a board that is parked.
  house.registry.by_address(house.client)->record.standing = Standing::waiting;
  CHECK(shown("boot.ipxe").find("dhcp ||") != std::string::npos);
  CHECK(shown("grub/node.cfg").find("linux") != std::string::npos);
  pass.go = true;
  CHECK(shown("boot.ipxe").find("/compute/1/kernel") != std::string::npos);
  CHECK(shown("grub/node.cfg").find("linux") != std::string::npos);
}

TEST_CASE("extra files never lead out of their folder") {
  House house;
  View view(house.settings, house.registry);
  const auto extra = *house.settings.tftp.extra_files;
  CHECK(view.find(house.client, "memtest").error() ==
        tftp::Refusal::not_found);  // the folder is not even there
  write_file(extra / "deep/memtest", "test");
  write_file(house.folder.path() / "secret", "secret");
  fs::create_symlink("deep/memtest", extra / "inside");
  fs::create_symlink("../secret", extra / "outside");
  fs::create_symlink("/etc/passwd", extra / "absolute");
  REQUIRE(::mkfifo((extra / "fifo").c_str(), 0600) == 0);
  CHECK(text_of(*view.find(house.client, "deep/memtest")->file) == "test");
  CHECK(text_of(*view.find(house.client, "inside")->file) == "test");
  CHECK(view.find(house.client, "outside").error() == tftp::Refusal::forbidden);
  CHECK(view.find(house.client, "absolute").error() == tftp::Refusal::forbidden);
  CHECK(view.find(house.client, "../secret").error() == tftp::Refusal::forbidden);
  CHECK(view.find(house.client, "deep").error() == tftp::Refusal::not_found);
  CHECK(view.find(house.client, "fifo").error() == tftp::Refusal::not_found);
}

TEST_CASE("readers of one file share its descriptor; a replaced file is another one") {
  TempFolder folder;
  DiskFiles files(folder.path());
  write_file(folder.path() / "a", "old");
  const auto first = *files.open("a"), second = *files.open("a");
  CHECK(first == second);
  write_file(folder.path() / "b", "newer");
  fs::rename(folder.path() / "b", folder.path() / "a");
  const auto third = *files.open("a");
  CHECK(text_of(*first) == "old");
  CHECK(text_of(*third) == "newer");
}

TEST_CASE("explain tells what a board would be told, and why") {
  House house;
  house.publish(4);
  View view(house.settings, house.registry);
  const auto seated = explain(house.settings, house.registry, view, {*Mac::parse(board_mac), {}, false});
  CHECK(seated.node == "node01");
  CHECK(seated.address == "10.77.0.10");
  CHECK(seated.dialect == "x86 BIOS PXE");
  CHECK(seated.boot_file == "undionly.kpxe");
  CHECK(seated.generation == "compute/4");
  const auto fresh = explain(house.settings, house.registry, view, {"02:00:00:00:00:09"_mac, 7, false});
  CHECK(fresh.node.empty());
  CHECK(fresh.boot_file == "snponly.efi");
  CHECK(fresh.why.size() == 4);
  CHECK(explain(house.settings, house.registry, view, {"02:00:00:00:00:09"_mac, {}, true}).dialect == "iPXE");
}
