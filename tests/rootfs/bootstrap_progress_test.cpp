#include "rootfs/bootstrap_progress.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

TEST_CASE("apt's lines become steps and fractions", "[bootstrap_progress]") {
  BootstrapProgress progress;
  CHECK(progress.read("I: installing remaining packages inside the chroot...")->step ==
        "installing packages");
  CHECK_FALSE(progress.read("Reading package lists..."));
  CHECK_FALSE(progress.read("0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded."));
  CHECK(progress.read("Unpacking munge (0.5.15-2) ...")->fraction == 0.25);
  CHECK(progress.read("Unpacking slurmd (22.05.8) ...")->fraction == 0.5);
  CHECK(progress.read("Setting up munge (0.5.15-2) ...")->fraction == 0.75);
  CHECK(progress.read("Setting up slurmd (22.05.8) ...")->fraction == 1);
  CHECK(progress.read("Setting up one more ...")->fraction == 1);
  CHECK(progress.read("I: hook 10 extra software")->step == "hook 10 extra software");
}

TEST_CASE("counts that make no sense are no progress", "[bootstrap_progress]") {
  BootstrapProgress progress;
  CHECK_FALSE(progress.read(" newly installed"));
  CHECK_FALSE(progress.read("x newly installed"));
  CHECK(progress.read("Unpacking a")->fraction == 0);
}
