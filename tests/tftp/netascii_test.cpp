#include "tftp/netascii.hpp"

#include <random>

#include "tests/support/catch.hpp"
#include "tests/tftp/lossy_link.hpp"

using namespace rootstock::tftp;
using namespace rootstock::tftp::testing;
using namespace std::string_view_literals;

namespace {

std::vector<std::byte> on_the_wire(std::string_view plain) {
  const NetasciiFile file{std::make_shared<MemoryFile>(bytes_of(plain))};
  std::vector<std::byte> out(file.size());
  CHECK(file.read_at(0, out) == out.size());
  return out;
}

}  // namespace

TEST_CASE("line ends and lone carriage returns") {
  CHECK(on_the_wire("a\nb") == bytes_of("a\r\nb"));
  CHECK(on_the_wire("a\rb") == bytes_of("a\r\0b"sv));
  CHECK(on_the_wire("a\r\nb") == bytes_of("a\r\0\r\nb"sv));
  CHECK(on_the_wire("").empty());
}

TEST_CASE("any piece read is that piece of the whole") {
  std::mt19937 random{3};
  std::string plain(50'000, ' ');
  for (auto& c : plain) c = "ab\r\n"[random() % 4];
  const NetasciiFile file{std::make_shared<MemoryFile>(bytes_of(plain))};
  const auto whole = on_the_wire(plain);
  for (int i = 0; i < 500; ++i) {
    const auto offset = random() % (whole.size() + 10);
    std::vector<std::byte> piece(random() % 9000);
    const auto got = file.read_at(offset, piece);
    const auto expected = offset >= whole.size() ? 0 : std::min(piece.size(), whole.size() - offset);
    REQUIRE(got == expected);
    CHECK(std::equal(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got),
                     whole.begin() + static_cast<std::ptrdiff_t>(offset - (got == 0 ? offset : 0))));
  }
}
