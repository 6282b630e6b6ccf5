#include "rootfs/manifest.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

Generation example() {
  Generation generation;
  generation.image = "compute";
  generation.number = 7;
  generation.architecture = "arm64";
  generation.digest = std::string(64, 'a');
  generation.kernel_version = "6.1.0-56-arm64";
  generation.origin = "recipe \"odd\" name.toml";
  generation.boards = {"pi4", "uefi"};
  generation.doubts = {"too \"big\""};
  generation.root_kind = RootKind::tree;
  generation.bytes = 123456789012;
  generation.created = std::chrono::system_clock::time_point(std::chrono::seconds(1'795'176'180));
  return generation;
}

}  // namespace

TEST_CASE("a manifest that is written is read back", "[manifest]") {
  const auto read = parse_manifest(manifest_text(example()), "/images/compute/7/manifest.json");
  REQUIRE(read);
  CHECK(read->label() == "compute/7");
  CHECK(read->architecture == "arm64");
  CHECK(read->digest == std::string(64, 'a'));
  CHECK(read->kernel_version == "6.1.0-56-arm64");
  CHECK(read->origin == "recipe \"odd\" name.toml");
  CHECK(read->boards == std::vector<std::string>{"pi4", "uefi"});
  CHECK(read->boots("pi4"));
  CHECK_FALSE(read->boots("pi5"));
  CHECK(read->doubts == std::vector<std::string>{"too \"big\""});
  CHECK(read->root_kind == RootKind::tree);
  CHECK(read->bytes == 123456789012);
  CHECK(read->created == example().created);
  CHECK(read->root() == "/images/compute/7/root");
}

TEST_CASE("a manifest says its time in words too", "[manifest]") {
  CHECK(manifest_text(example()).find(R"("created": "2026-11-20T12:03:00Z")") != std::string::npos);
}

TEST_CASE("a damaged manifest is a failure that names the file", "[manifest]") {
  const auto whole = manifest_text(example());
  const auto text = GENERATE_COPY(std::string(), std::string("{}"), whole.substr(0, 100), std::string("[1]"),
                                  std::string(whole).replace(whole.find("\"tree\""), 6, "\"floppy\""),
                                  std::string(whole).replace(whole.find(": 7"), 3, ": \"7\""));
  const auto read = parse_manifest(text, "/images/compute/7/manifest.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().what.find("/images/compute/7/manifest.json cannot be read") == 0);
  CHECK(read.error().what.find(".hpp") == std::string::npos);
}

TEST_CASE("a manifest of an earlier version is of a generation for PCs", "[manifest]") {
  auto text = manifest_text(example());
  for (const auto* line : {"  \"boards\": [\"pi4\",\"uefi\"],\n", "  \"doubts\": [\"too \\\"big\\\"\"],\n"}) {
    REQUIRE(text.find(line) != std::string::npos);
    text.erase(text.find(line), std::string_view(line).size());
  }
  CHECK(parse_manifest(text, "manifest.json")->boards.empty());
  text.replace(text.find("arm64"), 5, "amd64");
  CHECK(parse_manifest(text, "manifest.json")->boards == std::vector<std::string>{"bios", "uefi"});
}
