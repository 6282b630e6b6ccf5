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

Store::Fill fill_for(const std::string& architecture) {
  return [architecture](const std::filesystem::path& staging) -> Result<Generation, Failure> {
    write_file(staging / "kernel", "kernel");
    write_file(staging / "root.squashfs", "root");
    Generation generation;
    generation.architecture = architecture;
    return generation;
  };
}

const Store::Fill fill_small = fill_for("amd64");
const std::vector<Store::Fill> fill_both = {fill_for("amd64"), fill_for("arm64")};

Result<Generation, Failure> fill_never(const std::filesystem::path& staging) {
  write_file(staging / "half", "x");
  return fail("no more disk");
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
  CHECK(store.rollback("compute")->front().number == 1);
  CHECK(store.active("compute")->number == 1);
  CHECK(store.rollback("compute")->front().number == 2);
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
  CHECK(deleted->generations.size() == 4);
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
  CHECK_FALSE(store.publish("compute", fill_never));
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
  REQUIRE(store.damaged("compute").size() == 1);
  CHECK(store.damaged("compute").front().number == 2);
  CHECK(store.damaged("compute").front().why.what.find("2/manifest.json cannot be read") !=
        std::string::npos);
}

TEST_CASE("an active generation that somebody removed by hand is told of", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  publish(store);
  publish(store);
  CHECK(store.damaged("compute").empty());
  std::filesystem::remove_all(folder / "compute/2");
  REQUIRE(store.damaged("compute").size() == 1);
  CHECK(store.damaged("compute").front().why.what == "it is active for amd64 boards, and its folder is gone");
  CHECK(store.rollback("compute")->front().number == 1);
}

TEST_CASE("prune removes what is damaged, unless nodes boot it or use it", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  for (int i = 0; i < 5; ++i) publish(store);
  for (const char* number : {"2", "3"}) write_file(folder / "compute" / number / "manifest.json", "{");
  const auto pruned = store.prune("compute", 9, {"compute/3"});
  REQUIRE(pruned);
  REQUIRE(pruned->generations.size() == 1);
  CHECK(pruned->generations.front().label() == "compute/2");
  CHECK(std::filesystem::exists(folder / "compute/3"));
  CHECK(numbers(store) == std::vector<int>{1, 4, 5});
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

TEST_CASE("each architecture has its own active generation", "[store]") {
  TempFolder folder;
  Store store(folder.path(), "arm64");
  REQUIRE(store.publish("compute", fill_small));
  CHECK(store.active("compute", "amd64")->number == 1);
  CHECK(store.active("compute", "arm64").error().what ==
        "image compute has no active generation for arm64 boards");
  CHECK(store.active("compute")->number == 1);  // the only one
  const auto both = store.publish("compute", fill_both);
  REQUIRE(both);
  REQUIRE(both->size() == 2);
  CHECK(both->at(0).label() == "compute/2");
  CHECK(both->at(1).label() == "compute/3");
  CHECK(store.active("compute", "amd64")->number == 2);
  CHECK(store.active("compute", "arm64")->number == 3);
  CHECK(store.active("compute")->number == 3);  // as the head
  CHECK(Store(folder.path(), "amd64").active("compute")->number == 2);
  REQUIRE(store.publish("compute", fill_small));
  CHECK(store.active_numbers("compute") == ActiveMap{{"amd64", 4}, {"arm64", 3}});
  REQUIRE(store.activate("compute", 1));
  CHECK(store.active_numbers("compute") == ActiveMap{{"amd64", 1}, {"arm64", 3}});
}

TEST_CASE("rollback turns all architectures back at once", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  REQUIRE(store.publish("compute", fill_both));
  REQUIRE(store.publish("compute", fill_both));
  const auto back = store.rollback("compute");
  REQUIRE(back);
  CHECK(back->size() == 2);
  CHECK(store.active_numbers("compute") == ActiveMap{{"amd64", 1}, {"arm64", 2}});
  REQUIRE(store.rollback("compute"));
  CHECK(store.active_numbers("compute") == ActiveMap{{"amd64", 3}, {"arm64", 4}});
}

TEST_CASE("the first generation of an architecture stays when others are rolled back", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  REQUIRE(store.publish("compute", fill_small));
  REQUIRE(store.publish("compute", fill_both));
  CHECK(store.rollback("compute")->size() == 1);
  CHECK(store.active_numbers("compute") == ActiveMap{{"amd64", 1}, {"arm64", 3}});
}

TEST_CASE("when one of several generations cannot be made, none is published", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  publish(store);
  CHECK_FALSE(store.publish("compute", std::vector<Store::Fill>{fill_for("arm64"), fill_never}));
  CHECK(numbers(store) == std::vector<int>{1});
  CHECK(staging_folders(folder / "compute").empty());
  write_file(folder / "compute/3/in the way", "");  // the second one's number
  std::filesystem::remove(folder / "compute/last");
  CHECK(store.publish("compute", fill_both)->front().number == 4);
  write_file(folder / "compute" / "active.new" / "in the way", "");
  CHECK_FALSE(store.publish("compute", fill_both));
  CHECK(numbers(store) == std::vector<int>{1, 4, 5});
  CHECK(staging_folders(folder / "compute").empty());
  CHECK(store.active_numbers("compute") == ActiveMap{{"amd64", 4}, {"arm64", 5}});
}

TEST_CASE("what an earlier version wrote is still read", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  publish(store);
  publish(store);
  write_file(folder / "compute/active", "2\n");
  write_file(folder / "compute/previous", "1\n");
  CHECK(store.active("compute", "amd64")->number == 2);
  CHECK_FALSE(store.active("compute", "arm64"));
  REQUIRE(store.publish("compute", fill_for("arm64")));
  CHECK(store.active_numbers("compute") == ActiveMap{{"amd64", 2}, {"arm64", 3}});
  CHECK(tests::read_file(folder / "compute/active") == "amd64 2\narm64 3\n");
}

TEST_CASE("prune keeps the newest of each architecture", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  REQUIRE(store.publish("compute", fill_for("arm64")));
  REQUIRE(store.publish("compute", fill_for("arm64")));
  REQUIRE(store.publish("compute", fill_for("arm64")));
  for (int i = 0; i < 4; ++i) publish(store);
  REQUIRE(store.prune("compute", 1, {}));
  CHECK(numbers(store) == std::vector<int>{3, 6, 7});  // active: 3 and 7, before: 3 and 6
}

TEST_CASE("prune also clears up after a killed build, even the first of an image", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  write_file(folder / "compute/.staging-1-0/tree/half", "x");
  const auto pruned = store.prune("compute", 3, {});
  REQUIRE(pruned);
  CHECK(pruned->leftovers == 1);
  CHECK(staging_folders(folder / "compute").empty());
  CHECK_FALSE(store.prune("other", 3, {}));
}

TEST_CASE("a publishing process that is killed at any moment leaves a whole store", "[store]") {
  TempFolder folder;
  Store store(folder.path());
  REQUIRE(store.publish("compute", fill_both));
  for (int delay = 0; delay < 40; ++delay) {
    const pid_t builder = ::fork();
    if (builder == 0) {
      static_cast<void>(store.publish("compute", fill_both));
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(delay) * 100);
    ::kill(builder, SIGKILL);
    ::waitpid(builder, nullptr, 0);
    const auto active = store.active_numbers("compute");
    REQUIRE(active.size() == 2);
    CHECK(active.at("arm64") == active.at("amd64") + 1);  // of one build
    for (const auto& [architecture, number] : active)
      CHECK(store.find("compute", number)->architecture == architecture);
    CHECK(store.damaged("compute").empty());
  }
  REQUIRE(store.publish("compute", fill_both));
  CHECK(staging_folders(folder / "compute").empty());
}
