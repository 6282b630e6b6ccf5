#include "rootfs/archive.hpp"

#include <map>
#include <string>

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

std::string packed(ArchiveFormat format, Compression compression) {
  std::string bytes;
  auto writer = ArchiveWriter::to_memory(bytes, format, compression);
  writer.directory("bin");
  writer.file("bin/sh", "#!", 0755);
  writer.symlink("init", "bin/sh");
  writer.character_device("console", 0600, 5, 1);
  REQUIRE(writer.finish());
  return bytes;
}

std::map<std::string, ArchiveEntry> read_back(const std::string& bytes, std::string& content) {
  std::map<std::string, ArchiveEntry> entries;
  auto reader = ArchiveReader::open_memory(bytes);
  REQUIRE(reader);
  for (;;) {
    const auto entry = reader->next();
    REQUIRE(entry);
    if (!*entry) return entries;
    if (S_ISREG((*entry)->mode)) content = *reader->content();
    entries[(*entry)->path] = **entry;
  }
}

}  // namespace

TEST_CASE("what is packed is read back", "[archive]") {
  const auto format = GENERATE(ArchiveFormat::newc, ArchiveFormat::tar);
  const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::xz, Compression::zstd);
  std::string content;
  auto entries = read_back(packed(format, compression), content);
  CHECK(entries.size() == 4);
  CHECK(entries["bin/sh"].mode == (S_IFREG | 0755U));
  CHECK(content == "#!");
  CHECK(entries["init"].target == "bin/sh");
  CHECK(entries["console"].mode == (S_IFCHR | 0600U));
  CHECK(entries["console"].major == 5);
  CHECK(entries["console"].minor == 1);
}

TEST_CASE("the same entries make the same bytes", "[archive]") {
  const auto compression = GENERATE(Compression::gzip, Compression::xz, Compression::zstd);
  CHECK(packed(ArchiveFormat::newc, compression) == packed(ArchiveFormat::newc, compression));
}

TEST_CASE("a file that cannot be written is told at the end", "[archive]") {
  auto writer = ArchiveWriter::to_file("/no/such/folder/x.cpio", ArchiveFormat::newc, Compression::none);
  writer.file("a", "b");
  const auto finished = writer.finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().what.find("cannot write /no/such/folder/x.cpio: ") == 0);
}

TEST_CASE("what is no archive is refused with a hint", "[archive]") {
  const std::string noise(1000, 'x');
  const auto reader = ArchiveReader::open_memory(noise);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().hint.find("tar or cpio") != std::string::npos);
}
