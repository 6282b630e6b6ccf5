#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <vector>

#include "config/file.hpp"
#include "rootfs/builder.hpp"
#include "rootfs/host_sources.hpp"
#include "rootfs/importer.hpp"
#include "server/cli/image_store.hpp"

namespace rootstock::server {

namespace {

namespace fs = std::filesystem;

volatile std::sig_atomic_t stop_asked = 0;

/// Ctrl-C and its like end the work in order; what was begun is removed.
void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_asked = 1; };
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
}

/// Where recipes are looked for by name: the site's own, then those that came with the program, which lie
/// beside its folder: PREFIX/sbin/rootstock, PREFIX/share/rootstock/recipes.
std::vector<fs::path> recipe_folders(const Settings& settings) {
  std::error_code error;
  const auto prefix = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path();
  return {settings.paths.recipes(), prefix / "share/rootstock/recipes"};
}

Result<fs::path, Failure> find_recipe(const std::string& name, const Settings& settings) {
  std::error_code error;
  if (fs::is_regular_file(name, error)) return fs::absolute(name);
  std::string places;
  for (const auto& folder : recipe_folders(settings)) {
    const auto file = folder / (name + ".toml");
    if (name.find('/') == std::string::npos && fs::is_regular_file(file, error)) return file;
    places += (places.empty() ? "" : " and ") + folder.string();
  }
  return fail("there is no recipe " + name, "give a file, or the name of one in " + places);
}

/// The recipe for each of its architectures, or none after every fault was printed.
std::optional<std::vector<rootfs::Recipe>> read_recipe(Context& context, const fs::path& file) {
  const auto host = rootfs::build_host();
  if (!host) return context.failed(host.error()), std::nullopt;
  const auto content = read_file(file);
  if (!content) return context.failed(content.error()), std::nullopt;
  auto recipes = rootfs::parse_recipe(file, *content, *host);
  if (recipes) return *recipes;
  fmt::print(stderr, "{}", text(recipes.error()));
  return context.failed({"the recipe " + file.string() + " is wrong", {}}, exit_bad_input), std::nullopt;
}

using Made = Result<std::vector<rootfs::Generation>, Failure>;
using Work = std::function<Made(rootfs::Store&, const rootfs::Workshop&)>;

void make_generations(Context& context, const Settings& settings, const Work& work) {
  if (::geteuid() != 0)
    return context.failed({"making an image needs root: its files belong to many users", "use sudo"},
                          exit_bad_input);
  watch_signals();
  ::umask(022);  // the image's folders are for all its users, whatever is the habit of the one who builds
  rootfs::Workshop workshop;
  workshop.cache = settings.paths.state / "cache";
  workshop.slurm = settings.slurm.enabled;
  workshop.stop = [] { return stop_asked != 0; };
  rootfs::Store store(settings.paths.images());
  std::optional<rootfs::Progress> progress(stderr);
  workshop.progress = &*progress;
  const auto made = work(store, workshop);
  progress.reset();  // leaves its line before anything else is said
  if (!made) return context.failed(made.error());
  print_generations(context, store, *made);
}

void build(Context& context, const std::string& recipe_name, std::string image) {
  const auto settings = context.settings();
  if (!settings) return;
  const auto file = find_recipe(recipe_name, *settings);
  if (!file) return context.failed(file.error(), exit_bad_input);
  const auto recipes = read_recipe(context, *file);
  if (!recipes) return;
  if (image.empty()) image = file->stem().string();
  make_generations(context, *settings, [&](auto& store, const auto& workshop) {
    return rootfs::build_image(store, image, *recipes, settings->images.sources, workshop);
  });
}

void import(Context& context, const std::string& image, const std::string& file) {
  const auto settings = context.settings();
  if (!settings) return;
  make_generations(context, *settings, [&](auto& store, const auto& workshop) {
    return rootfs::import_image(store, image, file, workshop);
  });
}

struct Arguments {
  std::string name, file;
  int keep = 3;
};

void add_making(CLI::App& image, Context& context, const std::shared_ptr<Arguments>& given) {
  auto* building = image.add_subcommand("build", "Make a new generation from a recipe, and make it active");
  building->add_option("RECIPE", given->file, "A TOML file, or the name of a known recipe")->required();
  building->add_option("--name", given->name, "The image's name; default: the recipe's");
  building->callback([&context, given] { build(context, given->file, given->name); });

  auto* importing =
      image.add_subcommand("import", "Make a new generation from a root that is there, and make it active");
  importing->add_option("NAME", given->name, "The image's name")->required();
  importing
      ->add_option(
          "FILE", given->file,
          "A tarball of the whole root, a disk image such as Raspberry Pi OS's .img.xz, or a container "
          "image (OCI archive, docker save); plain or compressed with gzip, xz or zstd")
      ->required();
  importing->callback([&context, given] { import(context, given->name, given->file); });
}

void add_looking(CLI::App& image, Context& context, const std::shared_ptr<Arguments>& given) {
  image.add_subcommand("list", "Every generation of every image")->callback([&context] {
    list_images(context);
  });
  auto* show = image.add_subcommand("show", "One generation; without a number the active ones");
  show->add_option("IMAGE[/N]", given->name)->required();
  show->callback([&context, given] { show_image(context, given->name); });
}

void add_switching(CLI::App& image, Context& context, const std::shared_ptr<Arguments>& given) {
  auto* activate =
      image.add_subcommand("activate", "Let boards of its architecture boot this generation from now on");
  activate->add_option("IMAGE/N", given->name)->required();
  activate->callback([&context, given] { activate_image(context, given->name); });
  auto* rollback = image.add_subcommand("rollback", "Activate what was active before, for all architectures");
  rollback->add_option("IMAGE", given->name)->required();
  rollback->callback([&context, given] { rollback_image(context, given->name); });
  auto* prune =
      image.add_subcommand("prune", "Remove old generations that no node uses, and what killed builds left");
  prune->add_option("IMAGE", given->name)->required();
  prune->add_option("--keep", given->keep, "How many of the newest of each architecture stay in any case")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  prune->callback([&context, given] { prune_image(context, given->name, given->keep); });
}

}  // namespace

void add_image(CLI::App& app, Context& context) {
  auto* image = app.add_subcommand("image", "Build, import, switch and remove images");
  image->require_subcommand(1);
  const auto given = std::make_shared<Arguments>();
  add_making(*image, context, given);
  add_looking(*image, context, given);
  add_switching(*image, context, given);
  image->footer(
      R"(An image has numbered generations that never change, each for one architecture. A running node keeps its
generation until it reboots; then it gets the active one of its architecture.

Examples:
  rootstock image build compute
  rootstock image import compute root.tar.zst
  rootstock image import pi raspios-lite-arm64.img.xz
  rootstock image rollback compute
  rootstock image prune compute --keep 2)");
}

}  // namespace rootstock::server
