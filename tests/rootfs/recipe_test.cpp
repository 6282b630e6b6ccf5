#include "rootfs/recipe.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;

namespace {

const BuildHost host{"bookworm", "arm64"};

Result<std::vector<Recipe>, std::vector<Diagnostic>> parse_all(const std::string& text) {
  return parse_recipe("/recipes/compute.toml", text, host);
}

/// Of a recipe with one architecture.
Result<Recipe, std::vector<Diagnostic>> parse(const std::string& text) {
  return parse_all(text).map([](const auto& recipes) {
    REQUIRE(recipes.size() == 1);
    return recipes.front();
  });
}

/// The one fault of a recipe that is whole but for `text`.
Diagnostic fault_of(const std::string& text) {
  const auto recipe = parse("suite = \"host\"\n" + text);
  REQUIRE_FALSE(recipe);
  REQUIRE(recipe.error().size() == 1);
  return recipe.error().front();
}

}  // namespace

TEST_CASE("a small recipe is filled with what the host is", "[recipe]") {
  const auto recipe = parse("suite = \"host\"\npackages = [\"slurmd\"]\n");
  REQUIRE(recipe);
  CHECK(recipe->suite == "bookworm");
  CHECK(recipe->architecture == "arm64");
  CHECK(recipe->root_kind == RootKind::squashfs);
  CHECK(recipe->packages == std::vector<std::string>{"slurmd"});
}

TEST_CASE("a recipe says everything", "[recipe]") {
  const auto recipe = parse(R"(
suite = "trixie"
architecture = "amd64"
variant = "apt"
root = "tree"
packages = ["slurmd", "libc6:amd64", "munge=0.5.15-2"]
kernel = "linux-image-amd64"
sources = ["deb [signed-by=/key.gpg] http://mirror/debian trixie main"]
leave_out = ["/usr/share/doc/*"]
keep = ["/usr/share/doc/*/copyright"]
[[file]]
path = "/etc/motd"
content = "hello"
[[file]]
path = "/usr/local/bin/tool"
source = "tool.sh"
mode = "0755"
[[hook]]
name = "tidy"
run = "true"
[[hook]]
run = "false"
)");
  REQUIRE(recipe);
  CHECK(recipe->suite == "trixie");
  CHECK(recipe->architecture == "amd64");
  CHECK(recipe->root_kind == RootKind::tree);
  REQUIRE(recipe->files.size() == 2);
  CHECK(recipe->files[0].content == "hello");
  CHECK(*recipe->files[1].source == "/recipes/tool.sh");
  CHECK(recipe->files[1].mode == 0755);
  REQUIRE(recipe->hooks.size() == 2);
  CHECK(recipe->hooks[1].name == "hook 2");
}

TEST_CASE("every fault of a recipe is told at once", "[recipe]") {
  const auto recipe = parse("architecture = \"amd46\"\nkernell = \"linux-image-amd64\"\n");
  REQUIRE_FALSE(recipe);
  const auto all = text(recipe.error());
  CHECK(recipe.error().size() == 3);
  CHECK(all.find("suite") != std::string::npos);
  CHECK(all.find("did you mean \"amd64\"?") != std::string::npos);
  CHECK(all.find("kernell") != std::string::npos);
}

TEST_CASE("a recipe's faults have their place", "[recipe]") {
  const auto [line, words] = GENERATE(table<std::string, std::string>({
      {"packages = [\"Slurm d\"]", "no name of a package"},
      {"packages = [\"--include=x\"]", "no name of a package"},
      {"kernel = \"vmlinuz\"", "no kernel package"},
      {"[arm64]\nkernel = \"vmlinuz\"", "no kernel package"},
      {"[arm64]\npackages = [\"Slurm d\"]", "no name of a package"},
      {"boot_packages = [\"-x\"]", "no name of a package"},
      {"boot_packages = [\"raspi-firmware=1\"]", "no name of a package"},
      {"kernel = \"linux-image-arm64=6.1\"", "no kernel package"},
      {"kernel = \"linux-image-arm64/\"", "no kernel package"},
      {"kernel = \"linux-image-arm64/a/b\"", "no kernel package"},
      {"architectures = [\"armhf\"]", "is none of amd64, arm64"},
      {"architectures = []", "the list is empty"},
      {"architectures = [\"arm64\", \"host\"]", "is there twice"},
      {"architecture = \"arm64\"\narchitectures = [\"amd64\"]", "both architecture and architectures"},
      {"components = [\"non free\"]", "is no name"},
      {"with_sources = [\"deb http://m\"]", "is no name"},
      {"sources = [\"http://mirror/debian\"]", "no line of an apt source list"},
      {"leave_out = [\"usr/share\"]", "does not start with"},
      {"root = \"ext4\"", "is none of squashfs, tree"},
      {"[[file]]\npath = \"etc/motd\"\ncontent = \"\"", "no absolute path"},
      {"[[file]]\npath = \"/etc/../../motd\"\ncontent = \"\"", "no absolute path"},
      {"[[file]]\npath = \"/a\"\ncontent = \"\"\nsource = \"b\"", "both content and source"},
      {"[[file]]\npath = \"/a\"", "neither content nor source"},
      {"[[file]]\npath = \"/a\"\ncontent = \"\"\nmode = \"rwx\"", "no file mode"},
      {"[[file]]\npath = \"/a\"\ncontent = \"\"\nmode = \"77777\"", "no file mode"},
      {"[[hook]]\nname = \"a/b\"\nrun = \"true\"", "a hook's name"},
  }));
  CAPTURE(line);
  const auto fault = fault_of(line);
  CHECK(fault.what.find(words) != std::string::npos);
  CHECK(fault.at.line >= 2);
}

TEST_CASE("a recipe for several architectures is one recipe for each", "[recipe]") {
  const auto recipes = parse_all(R"(
suite = "trixie"
architectures = ["amd64", "arm64"]
packages = ["slurmd"]
components = ["main", "non-free-firmware"]
with_sources = ["raspberrypi"]
[amd64]
kernel = "linux-image-amd64"
[arm64]
kernel = "linux-image-arm64/trixie-backports"
packages = ["rpi-eeprom"]
boot_packages = ["raspi-firmware"]
)");
  REQUIRE(recipes);
  REQUIRE(recipes->size() == 2);
  const auto &amd64 = recipes->at(0), &arm64 = recipes->at(1);
  CHECK(amd64.architecture == "amd64");
  CHECK(amd64.kernel == "linux-image-amd64");
  CHECK(amd64.packages == std::vector<std::string>{"slurmd"});
  CHECK(amd64.boot_packages.empty());
  CHECK(arm64.architecture == "arm64");
  CHECK(arm64.kernel == "linux-image-arm64");
  CHECK(arm64.kernel_release == "trixie-backports");
  CHECK(arm64.packages == std::vector<std::string>{"slurmd", "rpi-eeprom"});
  CHECK(arm64.boot_packages == std::vector<std::string>{"raspi-firmware"});
  CHECK(arm64.components == std::vector<std::string>{"main", "non-free-firmware"});
  CHECK(arm64.with_sources == std::vector<std::string>{"raspberrypi"});
}

TEST_CASE("the table of an architecture that is not made is read and left", "[recipe]") {
  const auto recipe =
      parse("suite = \"host\"\narchitectures = [\"host\"]\n[amd64]\nkernel = \"linux-image-amd64\"\n");
  REQUIRE(recipe);
  CHECK(recipe->architecture == "arm64");
  CHECK(recipe->kernel.empty());
}

TEST_CASE("the recipes that come with the program are valid", "[recipe]") {
  using Words = std::vector<std::string>;
  const auto [name, architectures] = GENERATE(table<std::string, Words>({{"lab", {"amd64", "arm64"}},
                                                                         {"compute", {"amd64", "arm64"}},
                                                                         {"generic-amd64", {"amd64"}},
                                                                         {"generic-arm64", {"arm64"}},
                                                                         {"pi-debian", {"arm64"}},
                                                                         {"pi-os", {"arm64"}}}));
  CAPTURE(name);
  const auto file = std::filesystem::path(SOURCE_DIR) / "rootfs/recipes" / (name + ".toml");
  const auto recipes = parse_recipe(file, tests::read_file(file), host);
  if (!recipes) FAIL(text(recipes.error()));
  Words found;
  for (const auto& recipe : *recipes) {
    found.push_back(recipe.architecture);
    CHECK_FALSE(recipe.kernel.empty());
  }
  CHECK(found == architectures);
}
