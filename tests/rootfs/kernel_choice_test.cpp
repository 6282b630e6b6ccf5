#include "rootfs/kernel_choice.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

TEST_CASE("of several kernels the one that boots most boards is taken, then the newest", "[kernel]") {
  using Versions = std::vector<std::string>;
  struct Case {
    Versions versions;
    std::string chosen;
  };
  const auto& [versions, chosen] = GENERATE(values<Case>({
      {{}, ""},
      {{"6.1.0-9-amd64", "6.1.0-10-amd64"}, "6.1.0-10-amd64"},
      {{"6.12.47+rpt-rpi-v8", "6.12.47+rpt-rpi-2712"}, "6.12.47+rpt-rpi-v8"},
      {{"6.12.62+rpt-rpi-2712", "6.12.47+rpt-rpi-v8"}, "6.12.47+rpt-rpi-v8"},
      {{"6.12.47+rpt-rpi-v8", "6.12.62+rpt-rpi-v8", "6.12.62+rpt-rpi-2712"}, "6.12.62+rpt-rpi-v8"},
      {{"6.12.47+rpt-rpi-2712"}, "6.12.47+rpt-rpi-2712"},
      {{"6.1.21+", "6.1.21-v7+", "6.1.21-v7l+", "6.1.21-v8+"}, "6.1.21-v8+"},
      {{"6.6.20-v8+", "6.6.20-v8-16k+"}, "6.6.20-v8+"},
  }));
  CHECK(choose_kernel(versions) == chosen);
}

TEST_CASE("the header of an arm64 kernel is read", "[kernel]") {
  std::string image(100, '\0');
  CHECK_FALSE(is_plain_arm64(image));
  image.replace(56, 4, "ARM\x64");
  image[18] = 1, image[19] = 2;
  CHECK(is_plain_arm64(image));
  CHECK(memory_of_arm64(image) == 0x02010000);
  CHECK_FALSE(is_plain_arm64(image.substr(0, 60)));
  CHECK(memory_of_arm64("") == 0);
  CHECK(is_gzip("\x1f\x8b\x08"));
  CHECK_FALSE(is_gzip("\x1f"));
}
