#include "rootfs/dates.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "rootfs/squashfs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using namespace std::chrono_literals;
using std::chrono::system_clock;
using tests::TempFolder;
namespace fs = std::filesystem;

namespace {

constexpr std::time_t packaged = 1'600'000'000;

std::time_t written(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mtime;
}

void date(const fs::path& path, std::time_t when) {
  const timespec times[2] = {{when, 0}, {when, 500'000'000}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
}

/// Two files of packages, and what a build adds at `now`.
void make_tree(const fs::path& tree, std::time_t now) {
  for (const auto* name : {"usr/bin/old", "usr/bin/packaged", "etc/of-the-build"})
    tests::write_file(tree / name, name);
  fs::create_symlink("packaged", tree / "usr/bin/link");
  for (const auto* name : {"etc/of-the-build", "usr/bin/link", "usr/bin", "usr", "etc"})
    date(tree / name, now);
  date(tree, now);
  date(tree / "usr/bin/old", packaged - 1000);
  date(tree / "usr/bin/packaged", packaged);
}

}  // namespace

TEST_CASE("what the build wrote gets the date of the youngest package, links and folders too", "[dates]") {
  TempFolder folder;
  const auto tree = folder / "tree";
  make_tree(tree, packaged + 500);
  const auto newest = date_back(tree, system_clock::from_time_t(packaged + 100));
  REQUIRE(newest);
  CHECK(system_clock::to_time_t(*newest) == packaged);
  CHECK(written(tree / "usr/bin/old") == packaged - 1000);
  for (const auto* name : {"etc/of-the-build", "usr/bin/link", "usr/bin", "usr", "etc", "."})
    CHECK(written(tree / name) == packaged);
}

TEST_CASE("the same tree made a week later has the same digest, packed or not", "[dates]") {
  TempFolder folder;
  std::vector<std::string> digests;
  for (const auto now : {packaged + 500, packaged + 7 * 86400}) {
    const auto name = std::to_string(now);
    make_tree(folder / name, now);
    const auto newest = date_back(folder / name, system_clock::from_time_t(packaged + 100));
    REQUIRE(newest);
    PackOptions options;
    options.newest = *newest;
    REQUIRE(make_squashfs(folder / name, folder / (name + ".squashfs"), options));
    digests.push_back(*digest_of(folder / (name + ".squashfs")) + *digest_of(folder / name));
  }
  CHECK(digests[0] == digests[1]);
}
