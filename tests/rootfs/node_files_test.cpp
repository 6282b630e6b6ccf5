#include "rootfs/node_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "config/file.hpp"
#include "rootfs/tree_files.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
namespace fs = std::filesystem;

namespace {

/// An image tree in a folder of its own.
class Tree {
 public:
  Tree() {
    std::string pattern = (fs::temp_directory_path() / "rootstock-tree-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const fs::path& root() const { return root_; }
  void write(const fs::path& path, const std::string& content) const {
    REQUIRE(write_file(root_ / path, content, fs::perms(0644)));
  }

 private:
  fs::path root_;
};

bool is_masked(const Tree& tree, const std::string& unit) {
  const auto file = tree.root() / "etc/systemd/system" / unit;
  return fs::is_symlink(file) && fs::read_symlink(file) == "/dev/null";
}

}  // namespace

TEST_CASE("every path of the tree stays in the tree", "[node_files]") {
  const Tree tree;
  fs::create_directories(tree.root() / "usr/lib");
  fs::create_symlink("/usr/lib", tree.root() / "lib");
  fs::create_symlink("../../../../etc", tree.root() / "usr/up");
  fs::create_symlink("round", tree.root() / "round");
  CHECK(inside(tree.root(), "/lib/modules") == tree.root() / "usr/lib/modules");
  CHECK(inside(tree.root(), "/usr/up/passwd") == tree.root() / "etc/passwd");
  CHECK(inside(tree.root(), "/../../etc") == tree.root() / "etc");
  CHECK(inside(tree.root(), "/round/x") == tree.root() / "round/x");
}

TEST_CASE("an image becomes a node: units in place, network managers masked", "[node_files]") {
  const Tree tree;
  tree.write("etc/fstab", "UUID=1 / ext4\n");
  REQUIRE(install_node_files(tree.root()));
  for (const auto* unit : {"systemd-networkd.service", "NetworkManager.service", "networking.service",
                           "ifup@.service", "dhcpcd.service", "apt-daily.timer"})
    CHECK(is_masked(tree, unit));
  CHECK(fs::read_symlink(tree.root() / "etc/systemd/system/multi-user.target.wants/rootstock-up.service") ==
        "../rootstock-up.service");
  CHECK(fs::read_symlink(tree.root() / "etc/systemd/system/sysinit.target.wants/rootstock-agent.service") ==
        "../rootstock-agent.service");
  CHECK(read_file(tree.root() / "etc/systemd/system.conf.d/rootstock.conf")->find("RuntimeWatchdogSec=off") !=
        std::string::npos);  // Raspberry Pi OS gives the watchdog to systemd
  CHECK(read_file(tree.root() / "etc/fstab")->starts_with("# Empty on purpose"));
  const auto script = fs::status(tree.root() / "usr/lib/rootstock/slurmd").permissions();
  CHECK((script & fs::perms::owner_exec) != fs::perms::none);
  CHECK(fs::exists(tree.root() / "etc/systemd/system/slurmd.service.d/rootstock.conf"));
}

TEST_CASE("secrets that packages made do not stay in an image", "[node_files]") {
  const Tree tree;
  for (const auto* path :
       {"etc/munge/munge.key", "etc/ssh/ssh_host_ed25519_key", "etc/machine-id", "etc/hostname"})
    tree.write(path, "made by a package\n");
  REQUIRE(install_node_files(tree.root()));
  for (const auto* path :
       {"etc/munge/munge.key", "etc/ssh/ssh_host_ed25519_key", "etc/machine-id", "etc/hostname"})
    CHECK_FALSE(fs::exists(tree.root() / path));
}

TEST_CASE("doing it twice is doing it once", "[node_files]") {
  const Tree tree;
  REQUIRE(install_node_files(tree.root()));
  REQUIRE(install_node_files(tree.root()));
  CHECK(is_masked(tree, "networking.service"));
}

TEST_CASE("an empty tree lacks everything, each told with the way out", "[node_files]") {
  const Tree tree;
  const auto found = check_tree(tree.root(), true);
  CHECK(found.size() == 6);
  for (const auto& failure : found) CHECK(failure.hint.find("package") != std::string::npos);
}

TEST_CASE("a cluster without Slurm wants no slurmd and no munge in its images", "[node_files]") {
  const Tree tree;
  const auto found = check_tree(tree.root(), false);
  CHECK(found.size() == 4);
  for (const auto& failure : found) CHECK(failure.what.find("Slurm") == std::string::npos);
}

TEST_CASE("a kernel without overlayfs is refused by name", "[node_files]") {
  const Tree tree;
  tree.write("lib/modules/6.1.0/modules.dep", "kernel/fs/nfs/nfsv4.ko:\nkernel/fs/squashfs/squashfs.ko:\n");
  tree.write("lib/modules/6.1.0/modules.builtin",
             "kernel/drivers/block/loop.ko\nkernel/net/packet/af_packet.ko\n");
  const auto found = check_tree(tree.root(), true);
  CHECK(std::any_of(found.begin(), found.end(), [](const Failure& failure) {
    return failure.what == "kernel 6.1.0 has no module overlay, without which no node mounts its root";
  }));
}

TEST_CASE("the newest kernel that has a file is the one that boots", "[node_files]") {
  const Tree tree;
  for (const auto* version : {"6.1.0-10-amd64", "6.1.0-9-amd64", "6.1.0-11-amd64"})
    tree.write(fs::path("lib/modules") / version / "modules.dep", "");
  fs::create_directories(tree.root() / "lib/modules/9.9-half-installed");
  CHECK(kernel_of(tree.root()) == "6.1.0-11-amd64");
  for (const auto* version : {"6.1.0-10-amd64", "6.1.0-9-amd64"})
    tree.write("boot/vmlinuz-" + std::string(version), "");
  CHECK(kernel_of(tree.root()) == "6.1.0-10-amd64");
}
