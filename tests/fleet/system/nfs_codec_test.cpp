#include "tests/fleet/system/nfs_codec.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::fleet;
using namespace rootstock::fleet::nfs;

namespace {

/// An accepted reply to call 7 with these results.
std::vector<std::uint8_t> reply(std::uint32_t status, std::uint32_t count, const XdrWriter& results) {
  XdrWriter out;
  out.u32(7).u32(1).u32(0).u32(0).u32(0).u32(0);
  out.u32(status).text("").u32(count).fixed(results.bytes());
  return out.bytes();
}

}  // namespace

TEST_CASE("a call carries its record mark, the program, and its operations in order") {
  const auto bytes = Compound().put_root().lookup("images").get_handle().call(7, "node");
  XdrReader in(bytes);
  CHECK(in.u32() == (0x80000000 | (bytes.size() - 4)));
  CHECK(in.u32() == 7);
  CHECK(in.u32() == 0);
  CHECK(in.u32() == 2);
  CHECK(in.u32() == 100003);
  CHECK(in.u32() == 4);
  CHECK(in.u32() == 1);
  CHECK(in.u32() == 1);  // AUTH_SYS
  in.opaque();
  CHECK(in.u32() == 0);
  in.opaque();
  CHECK(in.text().empty());
  CHECK(in.u32() == 1);  // minor version
  CHECK(in.u32() == 3);
  CHECK(in.u32() == 24);
  CHECK(in.u32() == 15);
  CHECK(in.text() == "images");
  CHECK(in.u32() == 10);
  CHECK(in.ok());
}

TEST_CASE("results are read in the order of the call") {
  XdrWriter results;
  results.u32(24).u32(0).u32(15).u32(0).u32(10).u32(0).text("handle");
  const auto bytes = reply(0, 3, results);
  auto read = Results::parse(bytes, 7);
  REQUIRE(read);
  CHECK((read->next(Op::putrootfh) && read->next(Op::lookup) && read->next(Op::getfh)));
  CHECK(read->handle() == Handle{'h', 'a', 'n', 'd', 'l', 'e'});
  CHECK(read->whole());
}

TEST_CASE("a compound that failed says where") {
  XdrWriter results;
  results.u32(24).u32(0).u32(15).u32(2);
  const auto bytes = reply(2, 2, results);
  auto read = Results::parse(bytes, 7);
  REQUIRE(read);
  CHECK(read->status() == no_such_file);
  CHECK(read->next(Op::putrootfh));
  CHECK(!read->next(Op::lookup));
  CHECK(status_name(read->status()) == "NFS4ERR_NOENT");
}

TEST_CASE("a folder's entries, and a cut reply at every byte") {
  XdrWriter results, attributes;
  attributes.u32(2).u64(4096);
  results.u32(26).u32(0).u64(5);
  results.u32(1).u64(11).text("usr").u32(1).u32(1 << 1 | 1 << 4).opaque(attributes.bytes());
  results.u32(0).u32(1);
  const auto bytes = reply(0, 1, results);
  auto read = Results::parse(bytes, 7);
  REQUIRE((read && read->next(Op::readdir)));
  const auto listing = read->readdir();
  REQUIRE(listing.entries.size() == 1);
  CHECK(listing.entries[0].name == "usr");
  CHECK(listing.entries[0].attributes.type == 2);
  CHECK(listing.entries[0].attributes.size == 4096);
  CHECK((listing.end && listing.cookie == 11 && listing.verifier == 5));

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto cut = Results::parse(Bytes(bytes).first(size), 7);
    if (cut && cut->next(Op::readdir)) cut->readdir();
    CHECK((!cut || !cut->whole()));
  }
}

TEST_CASE("an answer to another call is none to us") {
  const auto bytes = reply(0, 0, XdrWriter{});
  CHECK(!Results::parse(bytes, 8));
}
