#include "server/boot/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "server/boot/can_boot.hpp"
#include "server/nodes/asker.hpp"

namespace rootstock::server {
namespace {

class TextFile final : public tftp::File {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset >= text_.size()) return 0;
    const auto count = std::min<std::size_t>(out.size(), text_.size() - offset);
    std::memcpy(out.data(), text_.data() + offset, count);
    return count;
  }

 private:
  std::string text_;
};

/// The path of a generation's file below its folder.
std::string below_generation(const BootName& name) {
  if (name.part == BootPart::kernel) return "kernel";
  if (name.part == BootPart::initramfs) return "initramfs";
  return name.file;
}

/// Is this the first that a board asks of a generation? Of Pis only a Pi 3's ROM is known by it; the words of
/// its DISCOVER are bootcode.bin's, too.
bool begins(const BootName& name) {
  return name.part == BootPart::script || name.file == "boot/firmware/bootcode.bin";
}

/// The address of a board that is parked is its own for minutes, and GRUB never renews one: such a board
/// waits in the initramfs, which does.
bool may_wait_here(const NodeRecord& node, BootText text) {
  return shows_words(text) && (text == BootText::boot_ipxe || node.standing == Standing::member);
}

}  // namespace

View::View(const Settings& settings, Registry& registry, CannotBoot cannot_boot, Ask ask)
    : settings_(settings),
      registry_(registry),
      tell_(std::move(cannot_boot)),
      ask_(std::move(ask)),
      generations_(settings.paths.images()),
      images_(settings.paths.images()),
      loaders_(ipxe_folder) {
  if (settings.tftp.extra_files) extra_.emplace(*settings.tftp.extra_files);
}

View::Found View::open(Ipv4 client, std::string_view path) {
  return find(client, path).map([](Served&& served) { return std::move(served.file); });
}

Result<Served, tftp::Refusal> View::find(Ipv4 client, std::string_view path) {
  Node* node = registry_.by_address(client);
  auto name = boot_name(path, node != nullptr ? asker_of(node->record) : Asker{});
  auto file = node != nullptr ? for_node(*node, name) : for_stranger(client, name);
  if (!file) return tl::unexpected{file.error()};
  return Served{std::move(name), std::move(*file)};
}

View::Found View::for_stranger(Ipv4 client, const BootName& name) {
  if (name.number != 0) return of_generation(fmt::format("{}/{}", name.image, name.number), name);
  if (name.part == BootPart::loader) return loaders_.open(name.file);
  if (name.part == BootPart::extra) return of_extra(name);
  auto screen = screen_of(client.text(), {"this address has no seat in the cluster", "restart the board"});
  screen.renew = true;
  return words(name.text, screen);
}

View::Found View::words(BootText text, const WaitingScreen& screen) const {
  auto shown = waiting_text(text, settings_, screen);
  if (shown.empty()) return not_found();
  return std::make_shared<TextFile>(std::move(shown));
}

View::Found View::for_node(Node& node, const BootName& name) {
  if (name.part == BootPart::nothing) return not_found();
  if (name.part == BootPart::loader) return loaders_.open(name.file);
  // What a Pi finds beside its own files is a part of its root, which is there as a whole or not at all.
  const bool pi = dhcp::is_raspberry_pi(dialect_of(node.record));
  if (name.part == BootPart::extra && !pi) return of_extra(name);
  if (name.number != 0) {
    const auto label = fmt::format("{}/{}", name.image, name.number);
    auto file = of_generation(label, name);
    if (file) node.boot.on_promised(label);
    return file;
  }

  // Whoever has nothing to boot is told that, and takes nobody's turn.
  const auto generation = choice_for(node, begins(name));
  if (generation && ask_ && may_wait_here(node.record, name.text))
    if (const auto pass = ask_(node, Gate::script); !pass.go)
      return words(name.text, screen_of(node.record, pass));
  return generation ? of_choice(node, *generation, name) : in_place_of(node, generation.error(), name);
}

View::Found View::of_choice(Node& node, const rootfs::Generation& generation, const BootName& name) {
  if (name.part == BootPart::extra) return of_extra(name);
  const auto label = generation.label();
  if (name.text != BootText::none) {
    node.boot.on_promised(label);
    return std::make_shared<TextFile>(
        boot_text(name.text, settings_, node.record, generation, *generations_.inventory(label)));
  }
  auto file = of_generation(label, name);
  if (file)
    node.boot.on_promised(label);
  else if (name.part == BootPart::firmware && tell_)
    if (const auto why = why_not(dialect_of(node.record), generation)) tell_(node, *why);
  return file;
}

/// There is nothing that this node could boot.
View::Found View::in_place_of(Node& node, const Failure& why, const BootName& name) {
  if (name.part == BootPart::extra) return not_found();
  if (tell_) tell_(node, why);
  return words(name.text, screen_of(node.record.name, why));
}

/// The folder of a generation is <images>/<label>: no need to read its manifest.
View::Found View::of_generation(const std::string& label, const BootName& name) {
  const auto path = below_generation(name);
  if (!generations_.inventory(label)->has(path)) return not_found();
  return images_.open(label + "/" + path);
}

/// A boot keeps to the generation it was promised, from its first file to its last; `afresh`: this is the
/// first.
Result<rootfs::Generation, Failure> View::choice_for(const Node& node, bool afresh) const {
  const auto& promised = node.boot.generation();
  auto generation = next_boot(node.record).generation;
  if (!afresh && !promised.empty() && !(generation && generation->label() == promised))
    generation = generations_.find(promised);
  if (!generation) return generation;
  const auto board = dialect_of(node.record);
  if (!dhcp::is_raspberry_pi(board)) return generation;  // what is missing for others is missed by itself
  if (auto why = why_not(board, *generation)) return tl::unexpected{*std::move(why)};
  return generation;
}

NextBoot View::next_boot(const NodeRecord& node) const {
  auto orders = orders_for(settings_, node);
  auto generation =
      orders.pinned.empty() ? generations_.active(orders.image, node.architecture) : pinned(node);
  return {std::move(orders), std::move(generation)};
}

/// Never another one in its place: whoever pins a node wants to know what it runs.
Result<rootfs::Generation, Failure> View::pinned(const NodeRecord& node) const {
  auto generation = generations_.find(node.pinned);
  const auto way_out = fmt::format(
      "pin it to another one, which `rootstock image list` shows, or let it boot the active one: `rootstock "
      "nodes pin {} --none`",
      node.name);
  if (!generation)
    return fail(fmt::format("{} is pinned to {}, which cannot be booted: {}", node.name, node.pinned,
                            generation.error().what),
                way_out);
  if (!node.architecture.empty() && generation->architecture != node.architecture)
    return fail(fmt::format("{} is pinned to {}, which is for {}, and its board is {}", node.name,
                            node.pinned, generation->architecture, node.architecture),
                way_out);
  return generation;
}

std::optional<Failure> View::why_not(dhcp::Dialect board, const rootfs::Generation& generation) const {
  return cannot_boot(board, generation, *generations_.inventory(generation.label()));
}

}  // namespace rootstock::server
