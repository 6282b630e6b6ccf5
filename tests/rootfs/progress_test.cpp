#include "rootfs/progress.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/support/catch.hpp"

using rootstock::rootfs::bar;
using rootstock::rootfs::Progress;

namespace {

/// What a terminal of that many columns is sent.
template <class Work>
std::string shown_on_terminal(unsigned short columns, Work work) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(master >= 0);
  REQUIRE((::grantpt(master) == 0 && ::unlockpt(master) == 0));
  const winsize size{24, columns, 0, 0};
  REQUIRE(::ioctl(master, TIOCSWINSZ, &size) == 0);
  std::FILE* terminal = std::fopen(::ptsname(master), "w");
  REQUIRE(terminal != nullptr);
  {
    Progress progress(terminal);
    work(progress);
  }
  std::string text(4096, '\0');
  const auto got = ::read(master, text.data(), text.size());
  std::fclose(terminal);
  ::close(master);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace

TEST_CASE("a bar is as full as the work is done", "[progress]") {
  CHECK(bar(0, 4) == "[....]");
  CHECK(bar(0.5, 4) == "[##..]");
  CHECK(bar(7, 4) == "[####]");
}

TEST_CASE("on a terminal each step is one line, written over and ended", "[progress]") {
  const auto shown = shown_on_terminal(80, [](Progress& progress) {
    progress.step("unpacking");
    progress.finish();
  });
  CHECK(shown ==
        "\r\x1b[K[..............................]   0 %  unpacking (0 s)"
        "\r\x1b[K[##############################] 100 %  unpacking (0 s)\r\n");
}

TEST_CASE("a step that fails keeps its line, and the next words begin a new one", "[progress]") {
  const auto shown = shown_on_terminal(80, [](Progress& progress) { progress.step("unpacking"); });
  CHECK(shown == "\r\x1b[K[..............................]   0 %  unpacking (0 s)\r\n");
}

TEST_CASE("a line never wraps, because what wraps cannot be written over", "[progress]") {
  const auto shown = shown_on_terminal(40, [](Progress& progress) {
    progress.step("unpacking a-root-file-system-with-a-very-long-name.tar.zst");
    progress.finish();
  });
  CHECK(shown ==
        "\r\x1b[K[..............................]   0 % \r\x1b[K[##############################] 100 % \r\n");
}

TEST_CASE("elsewhere than on a terminal it is plain lines", "[progress]") {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = ::open_memstream(&text, &size);
  {
    Progress progress(out);
    progress.step("unpacking");
    progress.at(0.5);
    progress.finish();
  }
  std::fclose(out);
  CHECK(std::string(text, size) == "unpacking ...\nunpacking: done in 0 s\n");
  std::free(text);
}
