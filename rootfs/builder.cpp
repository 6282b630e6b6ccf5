#include "rootfs/builder.hpp"

#include <algorithm>
#include <deque>
#include <span>
#include <system_error>

#include "config/embedded.hpp"
#include "config/file.hpp"
#include "rootfs/bootstrap_progress.hpp"
#include "rootfs/emulation.hpp"
#include "rootfs/host_sources.hpp"
#include "rootfs/process.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::embedded {
std::span<const EmbeddedFile> build_scripts();
}

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t lines_shown = 15;

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// The recipe's files as a small tree of their own; the customize script lays it over the image.
Result<void, Failure> stage_files(const Recipe& recipe, const fs::path& folder) {
  for (const auto& file : recipe.files) {
    auto content = file.source ? read_file(*file.source) : Result<std::string, Failure>(file.content);
    if (!content)
      return fail("recipe " + recipe.file.string() + ": " + content.error().what,
                  "it is the source of " + file.path);
    const auto place = folder / fs::path(file.path).relative_path();
    if (const auto done = write_file(place, *content, fs::perms(file.mode)); !done) return done;
  }
  return {};
}

Result<void, Failure> stage_hooks(const Recipe& recipe, const fs::path& folder) {
  int number = 10;
  for (const auto& hook : recipe.hooks) {
    const auto name = std::to_string(number++) + " " + hook.name;
    if (const auto done = write_file(folder / name, hook.script, fs::perms(0755)); !done) return done;
  }
  return {};
}

Result<void, Failure> stage(const Recipe& recipe, const fs::path& staging, const NamedSources& named) {
  const auto sources = sources_text(recipe, host_sources(), named);
  if (!sources) return tl::unexpected{sources.error()};
  if (const auto done = write_file(staging / "work/rootstock.sources", *sources, fs::perms(0644)); !done)
    return done;
  for (const auto& script : embedded::build_scripts())
    if (const auto done = write_file(staging / "work" / script.path, script.content, fs::perms(0755)); !done)
      return done;
  if (const auto done = stage_files(recipe, staging / "work/files"); !done) return done;
  return stage_hooks(recipe, staging / "work/hooks");
}

/// What mmdebstrap said last, without the noise, for when it fails.
class LastWords {
 public:
  void add(std::string_view line) {
    full_ = full_ || line.find("No space left on device") != std::string_view::npos;
    if (line.starts_with("Get:") || line.starts_with("I: ") || line.starts_with("/usr/bin/dpkg ")) return;
    lines_.emplace_back(line);
    if (lines_.size() > lines_shown) lines_.pop_front();
  }
  std::string text() const {
    std::string all;
    for (const auto& line : lines_) all += "\n  " + line;
    return all;
  }
  bool disk_was_full() const { return full_; }

 private:
  std::deque<std::string> lines_;
  bool full_ = false;
};

Result<void, Failure> bootstrap(const Recipe& recipe, const fs::path& staging, const Workshop& workshop) {
  BootstrapProgress reader;
  LastWords last;
  const auto hear = [&](std::string_view line) {
    last.add(line);
    const auto news = reader.read(line);
    if (!news) return;
    if (!news->step.empty())
      workshop.progress->step(news->step);
    else
      workshop.progress->at(news->fraction);
  };
  RunOptions how;
  how.on_error_line = how.on_output_line = hear;
  how.stop = workshop.stop;
  how.environment = {
      {"ROOTSTOCK_CACHE", (workshop.cache / (recipe.suite + "-" + recipe.architecture)).string()},
      {"ROOTSTOCK_WORK", (staging / "work").string()},
      {"ROOTSTOCK_KERNEL", recipe.kernel},
      {"ROOTSTOCK_KERNEL_RELEASE", recipe.kernel_release},
      {"ROOTSTOCK_BOOT_PACKAGES", joined(recipe.boot_packages, " ")},
      {"TMPDIR", staging.string()},
      {"LC_ALL", "C"},
      // The day that passwd's tools write into /etc/shadow: any, but not that of the build.
      {"SOURCE_DATE_EPOCH", "1577836800"},
      {"DEBIAN_FRONTEND", "noninteractive"}};
  const auto made = run(mmdebstrap_arguments(recipe, staging, host_apt_options()), how);
  if (!made) return tl::unexpected{made.error()};
  if (made->stopped) return fail("stopped while building");
  if (made->status != 0)
    return fail(
        "mmdebstrap failed with status " + std::to_string(made->status) + "; its last words:" + last.text(),
        "nothing was published; " + (last.disk_was_full()
                                         ? "make room on the disk of " + staging.parent_path().string() +
                                               ", with image prune for example"
                                         : "mend the recipe " + recipe.file.string() + " and build again"));
  return {};
}

Result<Generation, Failure> fill(const fs::path& staging, const Recipe& recipe, const NamedSources& named,
                                 const Workshop& workshop) {
  workshop.progress->step("preparing " + recipe.architecture);
  if (const auto done = make_runnable(recipe.architecture); !done) return tl::unexpected{done.error()};
  if (const auto done = stage(recipe, staging, named); !done) return tl::unexpected{done.error()};
  if (const auto done = bootstrap(recipe, staging, workshop); !done) return tl::unexpected{done.error()};
  fs::remove_all(staging / "work");
  auto generation = pack_tree(staging, recipe.root_kind, workshop);
  if (!generation) return generation;
  generation->architecture = recipe.architecture;
  generation->origin = "recipe " + recipe.file.filename().string();
  return generation;
}

}  // namespace

std::vector<std::string> mmdebstrap_arguments(const Recipe& recipe, const fs::path& staging,
                                              const std::vector<std::string>& apt_options) {
  // In namespaces of its own: whatever it mounts or leaves running ends with it, even when it is killed.
  std::vector<std::string> argv = {"unshare", "--mount", "--propagation", "private",
                                   "--pid",   "--fork",  "--kill-child",  "--mount-proc"};
  const auto work = staging / "work";
  // The last thing that mmdebstrap does: of "extract", which installs nothing, that is the extracting.
  const std::string hook = recipe.variant == "extract" ? "--extract-hook" : "--customize-hook";
  argv.insert(argv.end(), {"mmdebstrap", "--verbose", "--mode=root", "--format=directory",
                           "--variant=" + recipe.variant, "--architectures=" + recipe.architecture,
                           // The cache's packages are there before the download, and stay until the customize
                           // script has kept them.
                           "--skip=download/empty,essential/unlink",
                           "--setup-hook=\"" + (work / "setup").string() + "\" \"$1\"",
                           hook + "=\"" + (work / "customize").string() + "\" \"$1\""});
  // Makes /bin a link without the package usrmerge, which would bring 50 MB of Perl.
  const fs::path merged_usr = "/usr/share/mmdebstrap/hooks/maybe-merged-usr";
  if (fs::is_directory(merged_usr)) argv.push_back("--hook-dir=" + merged_usr.string());
  if (!recipe.packages.empty()) argv.push_back("--include=" + joined(recipe.packages, ","));
  for (const auto& pattern : recipe.leave_out) argv.push_back("--dpkgopt=path-exclude=" + pattern);
  for (const auto& pattern : recipe.keep) argv.push_back("--dpkgopt=path-include=" + pattern);
  for (const auto& option : apt_options) argv.push_back("--aptopt=" + option);
  argv.insert(argv.end(), {"", (staging / "tree").string(), (work / "rootstock.sources").string()});
  return argv;
}

Result<std::vector<Generation>, Failure> build_image(Store& store, const std::string& image,
                                                     const std::vector<Recipe>& recipes,
                                                     const NamedSources& named, const Workshop& workshop) {
  std::vector<Store::Fill> fills;
  for (const auto& recipe : recipes)
    fills.push_back([&](const fs::path& staging) { return fill(staging, recipe, named, workshop); });
  return store.publish(image, fills);
}

}  // namespace rootstock::rootfs
