#include "server/cli/image_store.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <set>
#include <utility>

#include "rootfs/manifest.hpp"
#include "server/cli/admin_client.hpp"
#include "server/cli/print.hpp"
#include "server/state/database.hpp"

namespace rootstock::server {

namespace {

using rootfs::Generation;
using rootfs::Store;

constexpr std::size_t digest_shown = 12;

bool is_active(const Store& store, const Generation& generation) {
  const auto active = store.active_numbers(generation.image);
  const auto found = active.find(generation.architecture);
  return found != active.end() && found->second == generation.number;
}

std::string joined(const std::vector<std::string>& words) {
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, " "));
}

std::string label_of(const std::string& image, int number) { return fmt::format("{}/{}", image, number); }

/// The store of the settings, or none after everything was said.
std::optional<Store> open_store(Context& context) {
  const auto settings = context.settings();
  if (!settings) return std::nullopt;
  return Store(settings->paths.images());
}

/// The same while the service is down, as far as its state knows.
Result<std::set<std::string>, Failure> kept_generations(const Settings& settings) {
  std::set<std::string> labels;
  if (!std::filesystem::exists(settings.paths.database())) return labels;
  auto database = Database::open(settings.paths.database());
  if (!database) return tl::unexpected{database.error()};
  const auto nodes = database->nodes();
  if (!nodes) return tl::unexpected{nodes.error()};
  for (const auto& node : *nodes) labels.insert({node.generation, node.pinned});
  return labels;
}

/// The labels that nodes run, would boot or are pinned to. A service that is there but does not answer stops
/// the pruning.
std::optional<std::set<std::string>> used_generations(Context& context, const Settings& settings) {
  const auto answer = ask(settings.paths.socket(), "/nodes");
  std::set<std::string> labels;
  if (!answer && answer.error().code == exit_not_running) {
    fmt::print(stderr, "The service is not running: its nodes are taken to use what they last said.\n");
    auto kept = kept_generations(settings);
    if (kept) return *std::move(kept);
    context.failed(kept.error());
    return std::nullopt;
  }
  if (!answer) {
    context.failed(answer.error().failure, answer.error().code);
    return std::nullopt;
  }
  for (const auto& node : list_of(answer->as_object(), "nodes"))
    for (const char* key : {"generation", "boots", "pinned"}) labels.insert(text_of(node.as_object(), key));
  return labels;
}

void print_table(const Store& store, const std::vector<std::string>& images) {
  std::vector<std::vector<std::string>> rows{
      {"GENERATION", "", "CREATED", "SIZE", "ARCH", "BOARDS", "KERNEL", "DIGEST", "ORIGIN"}};
  for (const auto& image : images) {
    for (const auto& g : store.generations(image))
      rows.push_back({g.label(), is_active(store, g) ? "active" : "", rootfs::utc(g.created),
                      bytes_text(static_cast<double>(g.bytes)), g.architecture, joined(g.boards),
                      g.kernel_version, g.digest.substr(0, digest_shown), g.origin});
    for (const auto& [number, why] : store.damaged(image))
      rows.push_back({label_of(image, number), "damaged"});
  }
  fmt::print("{}", aligned(rows));
  for (const auto& image : images)
    for (const auto& [number, why] : store.damaged(image))
      fmt::print("{} is damaged: {}\n  {}\n", label_of(image, number), why.what, why.hint);
}

boost::json::array damaged_json(const Store& store, const std::vector<std::string>& images) {
  boost::json::array all;
  for (const auto& image : images)
    for (const auto& [number, why] : store.damaged(image))
      all.push_back(boost::json::object{
          {"label", label_of(image, number)}, {"image", image}, {"number", number}, {"why", why.what}});
  return all;
}

boost::json::array generations_json(const Store& store, const std::vector<Generation>& generations) {
  boost::json::array all;
  for (const auto& generation : generations) all.push_back(as_json(generation, is_active(store, generation)));
  return all;
}

void print_paragraph(const Generation& g, bool active) {
  fmt::print("{}", aligned({{"generation", g.label() + (active ? " (active)" : "")},
                            {"created", rootfs::utc(g.created)},
                            {"origin", g.origin},
                            {"architecture", g.architecture},
                            {"boards", joined(g.boards)},
                            {"kernel", g.kernel_version},
                            {"root", g.root().filename().string()},
                            {"digest", g.digest},
                            {"size", bytes_text(static_cast<double>(g.bytes))},
                            {"folder", g.folder.string()}}));
  for (const auto& doubt : g.doubts) fmt::print("But: {}\n", doubt);
}

Result<std::vector<Generation>, Failure> wanted_generations(const Store& store, const ImageName& wanted) {
  std::vector<Generation> found;
  const auto take = [&found](Result<Generation, Failure> generation) -> Result<void, Failure> {
    if (!generation) return tl::unexpected{generation.error()};
    found.push_back(std::move(*generation));
    return {};
  };
  Result<void, Failure> done;
  if (wanted.number != 0) {
    done = take(store.find(wanted.image, wanted.number));
  } else {
    const auto active = store.active_numbers(wanted.image);
    if (active.empty()) done = take(store.active(wanted.image));  // says what is missing
    for (const auto& [architecture, number] : active)
      if (done) done = take(store.find(wanted.image, number));
  }
  if (!done) return tl::unexpected{done.error()};
  return found;
}

}  // namespace

boost::json::object as_json(const Generation& generation, bool active) {
  auto object = boost::json::parse(rootfs::manifest_text(generation)).as_object();
  object["label"] = generation.label();
  object["folder"] = generation.folder.string();
  object["active"] = active;
  return object;
}

void print_generations(const Context& context, const Store& store,
                       const std::vector<Generation>& generations) {
  if (context.json) {
    const auto all = generations_json(store, generations);
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"generations", all}}));
    return;
  }
  bool first = true;
  for (const auto& generation : generations) {
    if (!std::exchange(first, false)) fmt::print("\n");
    print_paragraph(generation, is_active(store, generation));
  }
}

Result<ImageName, Failure> parse_image_name(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return ImageName{text, 0};
  int number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, number);
  if (slash == 0 || error != std::errc{} || stop != end || number <= 0)
    return fail("\"" + text + "\" is no generation", "write IMAGE/NUMBER, for example compute/3");
  return ImageName{text.substr(0, slash), number};
}

void list_images(Context& context) {
  const auto store = open_store(context);
  if (!store) return;
  const auto images = store->images();
  if (context.json) {
    boost::json::array all;
    for (const auto& image : images)
      for (auto& generation : generations_json(*store, store->generations(image))) all.push_back(generation);
    fmt::print("{}\n", boost::json::serialize(boost::json::object{
                           {"generations", all}, {"damaged", damaged_json(*store, images)}}));
  } else if (images.empty()) {
    fmt::print("No image yet. Build one: rootstock image build RECIPE\n");
  } else {
    print_table(*store, images);
  }
}

void show_image(Context& context, const std::string& name) {
  const auto wanted = parse_image_name(name);
  if (!wanted) return context.failed(wanted.error(), exit_bad_input);
  const auto store = open_store(context);
  if (!store) return;
  const auto generations = wanted_generations(*store, *wanted);
  if (!generations) return context.failed(generations.error());
  print_generations(context, *store, *generations);
}

void activate_image(Context& context, const std::string& name) {
  auto wanted = parse_image_name(name);
  if (wanted && wanted->number == 0)
    wanted = fail("which generation of " + name + "?", "see: rootstock image list");
  if (!wanted) return context.failed(wanted.error(), exit_bad_input);
  auto store = open_store(context);
  if (!store) return;
  if (const auto done = store->activate(wanted->image, wanted->number); !done)
    return context.failed(done.error());
  const auto generation = store->find(wanted->image, wanted->number);
  if (!generation) return context.failed(generation.error());
  if (context.json) return print_generations(context, *store, {*generation});
  fmt::print("{} is active: {} nodes get it at their next boot.\n", generation->label(),
             generation->architecture);
}

void rollback_image(Context& context, const std::string& image) {
  auto store = open_store(context);
  if (!store) return;
  const auto generations = store->rollback(image);
  if (!generations) return context.failed(generations.error());
  if (context.json) return print_generations(context, *store, *generations);
  for (const auto& generation : *generations)
    fmt::print("{} is active again: {} nodes get it at their next boot.\n", generation.label(),
               generation.architecture);
}

void prune_image(Context& context, const std::string& image, int keep) {
  const auto settings = context.settings();
  if (!settings) return;
  const auto used = used_generations(context, *settings);
  if (!used) return;
  const auto pruned = Store(settings->paths.images()).prune(image, keep, *used);
  if (!pruned) return context.failed(pruned.error());
  double freed = 0;
  boost::json::array labels;
  for (const auto& generation : pruned->generations) {
    freed += static_cast<double>(generation.bytes);
    labels.emplace_back(generation.label());
    if (!context.json) fmt::print("removed {}\n", generation.label());
  }
  if (context.json) {
    fmt::print("{}\n", boost::json::serialize(boost::json::object{
                           {"removed", labels}, {"bytes", freed}, {"leftovers", pruned->leftovers}}));
    return;
  }
  fmt::print("{} removed, {} freed\n", pruned->generations.size(), bytes_text(freed));
  if (pruned->leftovers > 0)
    fmt::print("what {} killed build{} had left is gone, too\n", pruned->leftovers,
               pruned->leftovers == 1 ? "" : "s");
}

}  // namespace rootstock::server
