#include "server/slurm/slurm_conf.hpp"

#include <filesystem>
#include <string>

#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("slurm.conf names the head and no node", "[slurm]") {
  Settings settings;
  settings.cluster.name = "shelf";
  settings.network.address = "10.77.0.1"_ip;
  settings.slurm.controller_port = 7000;
  settings.slurm.max_nodes = 64;
  server::SlurmHead head;
  head.hostname = "pi5";
  head.state = "/lab/slurm";
  const auto text = server::slurm_conf(settings, head);
  for (const std::string line :
       {"ClusterName=shelf", "SlurmctldHost=pi5(10.77.0.1)", "SlurmctldPort=7000", "MaxNodeCount=64",
        "SlurmctldParameters=enable_configless", "SelectType=select/cons_tres",
        "RebootProgram=/usr/lib/rootstock/reboot", "StateSaveLocation=/lab/slurm", "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP"})
    CHECK(text.find("\n" + line + "\n") != std::string::npos);
  CHECK(text.find("NodeName") == std::string::npos);
}

TEST_CASE("the program that Slurm reboots a node with is in every image", "[slurm]") {
  const auto file = std::filesystem::path(SOURCE_DIR) / "rootfs/node/usr/lib/rootstock/reboot";
  REQUIRE(std::filesystem::is_regular_file(file));
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::owner_exec) !=
        std::filesystem::perms::none);
}

TEST_CASE("a job gets no more memory than it asked for", "[slurm]") {
  CHECK(server::cgroup_conf().find("\nConstrainRAMSpace=yes\n") != std::string::npos);
}
