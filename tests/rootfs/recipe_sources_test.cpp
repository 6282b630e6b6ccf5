#include "rootfs/recipe_sources.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

namespace {

const auto debian =
    parse_source_list("deb http://m/debian bookworm main\ndeb http://m/debian bookworm-updates main\n");

Recipe pi_os() {
  Recipe recipe;
  recipe.file = "/recipes/pi-os.toml";
  recipe.suite = "bookworm";
  recipe.architecture = "arm64";
  recipe.with_sources = {"raspberrypi"};
  return recipe;
}

}  // namespace

TEST_CASE("a source that the recipe names comes from the settings", "[recipe_sources]") {
  const auto text = sources_text(pi_os(), debian, {{"raspberrypi", "deb [trusted=yes] file:/pi ./"}});
  REQUIRE(text);
  CHECK(text->find("http://m/debian") != std::string::npos);
  CHECK(text->find("Types: deb\nSuites: ./\ntrusted: yes\nuris: file:/pi\n") != std::string::npos);
}

TEST_CASE("a head that runs Raspberry Pi OS knows that source itself", "[recipe_sources]") {
  auto of_host = debian;
  of_host.push_back(parse_source_list("deb http://archive/raspberrypi/debian bookworm main").front());
  const auto text = sources_text(pi_os(), of_host, {});
  REQUIRE(text);
  const auto first = text->find("archive/raspberrypi");
  CHECK(first != std::string::npos);
  CHECK(text->find("archive/raspberrypi", first + 1) == std::string::npos);
}

TEST_CASE("a source nobody knows is refused with the line to write", "[recipe_sources]") {
  const auto text = sources_text(pi_os(), debian, {});
  REQUIRE_FALSE(text);
  CHECK(text.error().what.find("wants packages from \"raspberrypi\"") != std::string::npos);
  CHECK(text.error().hint.find("[images.sources]\n  raspberrypi = \"deb [signed-by=") != std::string::npos);
  CHECK(text.error().hint.find("YOUR-MIRROR/debian bookworm main") != std::string::npos);
}

TEST_CASE("a recipe's own sources stand for the machine's", "[recipe_sources]") {
  auto recipe = pi_os();
  recipe.with_sources.clear();
  recipe.sources = {"deb http://own/debian bookworm main"};
  const auto text = sources_text(recipe, debian, {});
  REQUIRE(text);
  CHECK(text->find("http://m/") == std::string::npos);
  recipe.sources.clear();
  recipe.suite = "sid";
  CHECK(sources_text(recipe, debian, {}).error().what ==
        "no apt source for sid arm64 is known to this machine");
}
