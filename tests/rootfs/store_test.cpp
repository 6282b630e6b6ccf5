#include "rootfs/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;
using tests::write_file;

namespace {

Result<Generation, Failure> fill_small(const std::filesystem::path& staging) {
  write_file(staging / "kernel", "kernel");
  write_file(staging / "root.squashfs", "root");
  Generation generation;
  generation.architecture = "amd64";
  return generation;
}

int publish(Store& store) {
  const auto generation = store.publish("compute", fill_small);
  REQUIRE(generation);
  return generation->number;
}

std::vector<int> numbers(const Store& store) {
  std::vector<int> found;
  for (const auto& generation : store.generations("compute")) found.push_back(generation.number);
  return found;
}

std::vector<std::string> staging_folders(const std::filesystem::path& image) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(image))
    if (entry.path().filename().string().starts_with(".staging")) found.push_back(entry.path().filename());
  return found;
}

}  // namespace

TEST_CASE("a published generation is numbered, active and readable by everyone", "[store]") {
  TempFolder folder;
  Store store(folder / "images");
  ::umask(077);
  const auto first = store.publish("compute", fill_small);
  ::umask(022);
  REQUIRE(first);
  CHECK(first->label() == "compute/1");
  CHECK(first->bytes >= 10);
  CHECK(store.active("compute")->number == 1);
  CHECK(store.images() == std::vector<std::string>{"compute"});
  CHECK(std::filesystem::status(first->folder).permissions() == std::filesystem::perms(0755));
  CHECK(std::filesystem::status(first->kernel()).permissions() == std::filesystem::perms(0644));
  CHECK(store.find("compute", 1)->folder == folder / "images" / "compute" / "1");
}

TEST_CASE("rollback goes back and, asked again, forth", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  CHECK_FALSE(store.rollback("compute"));
  publish(store);
  CHECK_FALSE(store.rollback("compute"));
  publish(store);
  CHECK(store.rollback("compute")->number == 1);
  CHECK(store.active("compute")->number == 1);
  CHECK(store.rollback("compute")->number == 2);
}

TEST_CASE("what is not there is said, with what to do", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  CHECK(store.active("compute").error().what == "there is no image compute");
  publish(store);
  CHECK(store.find("compute", 9).error().what == "there is no generation compute/9");
  CHECK_FALSE(store.activate("compute", 9));
  CHECK(store.active("compute")->number == 1);
  CHECK_FALSE(store.active("../compute"));
  CHECK_FALSE(store.find("../" + folder.path().filename().string() + "/compute", 1));
}

TEST_CASE("names that are no folder name are refused", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  const std::string name = GENERATE("", "..", "a/b", "Compute", "-x", ".hidden", "a b");
  CHECK_FALSE(store.publish(name, fill_small));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("prune keeps the newest, the active, the one before it and those in use", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  for (int i = 0; i < 8; ++i) publish(store);
  REQUIRE(store.activate("compute", 2));
  REQUIRE(store.activate("compute", 3));  // active 3, previous 2
  const auto deleted = store.prune("compute", 1, {"compute/5", "other/4"});
  REQUIRE(deleted);
  CHECK(numbers(store) == std::vector<int>{2, 3, 5, 8});
  CHECK(deleted->size() == 4);
}

TEST_CASE("numbers are never used again, not even after the newest was pruned", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  for (int i = 0; i < 3; ++i) publish(store);
  REQUIRE(store.activate("compute", 2));
  REQUIRE(store.activate("compute", 1));
  REQUIRE(store.prune("compute", 0, {}));
  CHECK(numbers(store) == std::vector<int>{1, 2});
  CHECK(publish(store) == 4);
}

TEST_CASE("a build that fails publishes nothing and leaves nothing", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  publish(store);
  CHECK_FALSE(store.publish("compute", [](const auto& staging) -> Result<Generation, Failure> {
    write_file(staging / "half", "x");
    return fail("no more disk");
  }));
  CHECK_FALSE(store.publish("compute", [](const auto& staging) -> Result<Generation, Failure> {
    throw std::filesystem::filesystem_error("disk", staging,
                                            std::make_error_code(std::errc::no_space_on_device));
  }));
  CHECK(staging_folders(folder / "compute").empty());
  CHECK(store.active("compute")->number == 1);
  CHECK(publish(store) == 2);
}

TEST_CASE("what a killed build leaves is removed by the next one; a living build is left alone", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  publish(store);
  int ready[2];
  REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  const pid_t builder = ::fork();
  if (builder == 0) {
    static_cast<void>(store.publish("compute", [&](const auto& staging) -> Result<Generation, Failure> {
      write_file(staging / "tree" / "half", "x");
      [[maybe_unused]] const auto written = ::write(ready[1], "x", 1);
      for (;;) ::pause();
    }));
    ::_exit(1);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  publish(store);
  CHECK(staging_folders(folder / "compute").size() == 1);
  ::kill(builder, SIGKILL);
  ::waitpid(builder, nullptr, 0);
  publish(store);
  CHECK(staging_folders(folder / "compute").empty());
  CHECK(numbers(store) == std::vector<int>{1, 2, 3});
}

TEST_CASE("a generation with a damaged manifest is not offered", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  publish(store);
  publish(store);
  write_file(folder / "compute" / "2" / "manifest.json", "{");
  CHECK(numbers(store) == std::vector<int>{1});
  CHECK_FALSE(store.active("compute"));
}

TEST_CASE("a generation that could not be made active is not left behind", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  publish(store);
  write_file(folder / "compute" / "active.new" / "in the way", "");
  CHECK_FALSE(store.publish("compute", fill_small));
  CHECK(numbers(store) == std::vector<int>{1});
  CHECK(staging_folders(folder / "compute").empty());
  CHECK(store.active("compute")->number == 1);
}
