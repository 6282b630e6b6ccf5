#include "config/file.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;

TEST_CASE("a file comes whole, whatever is in it", "[file]") {
  tests::TempFolder folder;
  const std::string content = GENERATE(std::string{}, std::string("a\0b\r\n", 5), std::string(200'000, 'x'));
  tests::write_file(folder / "f", content);
  CHECK(content_of(folder / "f") == content);
}

TEST_CASE("a file of the kernel, whose size is not known before, comes whole", "[file]") {
  CHECK(content_of("/proc/self/status")->find("\nPid:") != std::string::npos);
}

TEST_CASE("why a file cannot be read is said", "[file]") {
  tests::TempFolder folder;
  CHECK(content_of(folder / "none").error() == std::errc::no_such_file_or_directory);
  CHECK(content_of(folder.path()).error() == std::errc::is_a_directory);
  CHECK(read_file("/no/such").error().what == "cannot read /no/such: No such file or directory");
}
