#include "tftp/negotiation.hpp"

#include "tests/support/catch.hpp"
#include "tests/tftp/lossy_link.hpp"

using namespace rootstock::tftp;
using namespace rootstock::tftp::testing;

namespace {

/// The OACK as text: "blksize=1468 tsize=5000".
std::string answer(const std::vector<Option>& asked, Limits limits = {}) {
  const auto terms = negotiate(asked, 5000, limits);
  if (!terms) return "ERROR 8: " + std::string{terms.error()};
  if (terms->option_ack.empty()) return "no OACK";
  const auto packet = parse(terms->option_ack).value();
  std::string out;
  for (const auto& [name, value] : std::get<OptionAck>(packet).options)
    out += (out.empty() ? "" : " ") + std::string{name} + "=" + std::string{value};
  return out;
}

}  // namespace

TEST_CASE("what is asked and what is agreed") {
  const auto [asked, agreed] = GENERATE(table<std::vector<Option>, std::string>({
      {std::vector<Option>{}, "no OACK"},
      {{{"multicast", ""}, {"rollover", "0"}}, "no OACK"},
      {{{"tsize", "0"}, {"blksize", "1468"}}, "tsize=5000 blksize=1468"},
      {{{"BlkSize", "1024"}}, "BlkSize=1024"},
      {{{"blksize", "8"}}, "blksize=8"},
      {{{"blksize", "1469"}}, "blksize=1468"},
      {{{"blksize", "8192"}}, "blksize=1468"},
      {{{"blksize", "65464"}}, "blksize=1468"},
      {{{"blksize", "99999999999999999999999"}}, "blksize=1468"},
      {{{"blksize", "0512"}}, "blksize=512"},
      {{{"blksize", "1024"}, {"blksize", "512"}}, "blksize=512"},
      {{{"blksize", "7"}}, "ERROR 8: blksize must be 8 to 65464"},
      {{{"blksize", "0"}}, "ERROR 8: blksize must be 8 to 65464"},
      {{{"blksize", "-1"}}, "ERROR 8: blksize must be 8 to 65464"},
      {{{"blksize", ""}}, "ERROR 8: blksize must be 8 to 65464"},
      {{{"blksize", "1k"}}, "ERROR 8: blksize must be 8 to 65464"},
      {{{"tsize", "whatever"}}, "tsize=5000"},
      {{{"timeout", "1"}}, "timeout=1"},
      {{{"timeout", "255"}}, "timeout=255"},
      {{{"timeout", "0"}}, "ERROR 8: timeout must be 1 to 255"},
      {{{"timeout", "256"}}, "ERROR 8: timeout must be 1 to 255"},
      {{{"windowsize", "4"}}, "windowsize=4"},
      {{{"windowsize", "64"}}, "windowsize=64"},
      {{{"windowsize", "65535"}}, "windowsize=64"},
      {{{"windowsize", "0"}}, "ERROR 8: windowsize must be 1 to 65535"},
      {{{"windowsize", "64"}, {"blksize", "1468"}}, "windowsize=44 blksize=1468"},
      {{{"blksize", "1468"}, {"windowsize", "64"}}, "blksize=1468 windowsize=44"},
      {{{"tsize", "0"}, {"blksize", "1468"}, {"windowsize", "4"}}, "tsize=5000 blksize=1468 windowsize=4"},
  }));
  CHECK(answer(asked) == agreed);
}

TEST_CASE("a window always fits one datagram's worth of bytes") {
  for (const auto mtu : {576u, 1500u, 9000u, 65536u}) {
    const Limits limits{.largest_block = largest_block_for(mtu)};
    for (const auto* size : {"8", "512", "1468", "4096", "65464"}) {
      const auto terms = negotiate({{"blksize", size}, {"windowsize", "65535"}}, 5000, limits).value();
      CHECK(terms.window >= 1);
      CHECK(terms.window <= 64);
      CHECK(terms.window * (terms.block_size + 4) <= 65507);
    }
  }
}

TEST_CASE("the largest block follows the MTU") {
  CHECK(largest_block_for(1500) == 1468);
  CHECK(largest_block_for(9000) == 8968);
  CHECK(largest_block_for(65536) == 65464);
  CHECK(largest_block_for(68) == 512);  // every client may count on 512 (RFC 1350)
}
