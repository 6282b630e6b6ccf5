#include "rootfs/overlay.hpp"

#include <algorithm>
#include <string>

#include "rootfs/archive.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

Settings site() {
  Settings settings;
  settings.network.address = "10.77.0.1"_ip;
  settings.network.subnet = Subnet::of(settings.network.address, 24);
  settings.network.dns = {"10.77.0.53"_ip};
  return settings;
}

NodeIdentity node07() {
  return {"node07",
          "10.77.0.17"_ip,
          "52:54:00:00:00:07"_mac,
          "0123456789abcdef0123456789abcdef",
          "fedcba9876543210fedcba9876543210",
          {{"ed25519", "SECRET", "ssh-ed25519 AAAA node07"}}};
}

std::vector<OverlayFile> files(const Settings& settings = site()) {
  return overlay_files(
      settings, {"key bytes", {"ssh-ed25519 AAAA admin"}}, node07(),
      {{"node09", "10.77.0.19"_ip}, {"node08", "10.77.0.18"_ip}, {"node07", "10.77.0.99"_ip}}, "compute/3");
}

const OverlayFile* find(const std::vector<OverlayFile>& all, const std::string& path) {
  const auto it = std::find_if(all.begin(), all.end(), [&](const auto& file) { return file.path == path; });
  return it == all.end() ? nullptr : &*it;
}

std::string content(const std::vector<OverlayFile>& all, const std::string& path) {
  const auto* file = find(all, path);
  return file != nullptr ? file->content : "(no such file)";
}

}  // namespace

TEST_CASE("an overlay says who the node is", "[overlay]") {
  const auto all = files();
  CHECK(content(all, "etc/hostname") == "node07\n");
  CHECK(content(all, "etc/machine-id") == "0123456789abcdef0123456789abcdef\n");
  CHECK(content(all, "etc/resolv.conf") == "search cluster\nnameserver 10.77.0.53\n");
  CHECK(content(all, "etc/rootstock/node.env") ==
        "ROOTSTOCK_HEAD=10.77.0.1\nROOTSTOCK_HTTP=80\nROOTSTOCK_NODE=node07\nROOTSTOCK_ADDRESS=10.77.0.17\n"
        "ROOTSTOCK_GENERATION=compute/3\nROOTSTOCK_ROOT_PATIENCE=600\n");
  CHECK(content(all, "etc/rootstock/slurm.env") == "SLURM_CONTROLLER=10.77.0.1:6817\n");
}

TEST_CASE("hosts has the head and every node once, in order, and our own address as it is now", "[overlay]") {
  CHECK(content(files(), "etc/hosts") ==
        "127.0.0.1\tlocalhost\n10.77.0.1\thead.cluster head\n10.77.0.17\tnode07.cluster node07\n"
        "10.77.0.18\tnode08.cluster node08\n10.77.0.19\tnode09.cluster node09\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n");
}

TEST_CASE("secrets are readable by their owner alone", "[overlay]") {
  const auto all = files();
  REQUIRE(find(all, "etc/munge/munge.key"));
  CHECK(*find(all, "etc/munge/munge.key") == OverlayFile{"etc/munge/munge.key", "key bytes", 0400, "munge"});
  CHECK(find(all, "etc/ssh/ssh_host_ed25519_key")->mode == 0600);
  CHECK(find(all, "etc/ssh/ssh_host_ed25519_key.pub")->mode == 0644);
  CHECK(*find(all, "etc/rootstock/token") ==
        OverlayFile{"etc/rootstock/token", "fedcba9876543210fedcba9876543210\n", 0600});
  CHECK(content(all, "root/.ssh/authorized_keys") == "ssh-ed25519 AAAA admin\n");
}

TEST_CASE("without Slurm there is nothing of it", "[overlay]") {
  auto settings = site();
  settings.slurm.enabled = false;
  for (const auto& file : files(settings)) {
    CHECK(file.path.find("munge") == std::string::npos);
    CHECK(file.path.find("slurm") == std::string::npos);
  }
}

TEST_CASE("an overlay is the same bytes each time, and holds what it should", "[overlay]") {
  const auto bytes = overlay_archive(files());
  CHECK(bytes == overlay_archive(files()));
  auto reader = ArchiveReader::open_memory(bytes);
  REQUIRE(reader);
  std::vector<std::string> paths;
  for (auto entry = reader->next(); entry && *entry; entry = reader->next()) {
    paths.push_back((*entry)->path);
    if ((*entry)->path == "etc/munge/munge.key") {
      CHECK((*entry)->mode == (S_IFREG | 0400));
      CHECK(*reader->content() == "key bytes");
    }
  }
  CHECK(std::count(paths.begin(), paths.end(), "root/.ssh/") == 1);
  CHECK(paths.size() == files().size() + 2);
}
