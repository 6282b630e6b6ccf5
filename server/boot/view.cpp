#include "server/boot/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "rootfs/kernel_cmdline.hpp"
#include "server/boot/ipxe_script.hpp"

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

}  // namespace

View::View(const Settings& settings, Registry& registry)
    : settings_(settings),
      registry_(registry),
      store_(settings.paths.images()),
      images_(settings.paths.images()),
      loaders_(ipxe_folder) {
  if (settings.tftp.extra_files) extra_.emplace(*settings.tftp.extra_files);
}

Result<std::shared_ptr<const tftp::File>, tftp::Refusal> View::open(Ipv4 client, std::string_view path) {
  return find(client, path).map([](Served&& served) { return std::move(served.file); });
}

Result<Served, tftp::Refusal> View::find(Ipv4 client, std::string_view path) {
  auto name = boot_name(path);
  if (name.part == BootPart::script)
    return Served{std::move(name), std::make_shared<TextFile>(script(client))};
  auto file = on_disk(client, name);
  if (!file) return tl::unexpected{file.error()};
  return Served{std::move(name), std::move(*file)};
}

Result<std::shared_ptr<const tftp::File>, tftp::Refusal> View::on_disk(Ipv4 client, const BootName& name) {
  if (name.part == BootPart::loader) return loaders_.open(name.file);
  if (name.part == BootPart::extra && extra_) return extra_->open(name.file);
  if (name.part == BootPart::extra) return tl::unexpected{tftp::Refusal::not_found};

  Node* node = registry_.by_address(client);
  const auto label = generation_for(node, name);
  if (!label) return tl::unexpected{tftp::Refusal::not_found};
  // The folder of a generation is <images>/<label>: no need to read its manifest.
  auto file =
      images_.open(fmt::format("{}/{}", *label, name.part == BootPart::kernel ? "kernel" : "initramfs"));
  if (file && node != nullptr) node->boot.on_promised(*label);
  return file;
}

std::optional<std::string> View::generation_for(const Node* node, const BootName& name) const {
  if (name.number != 0) return fmt::format("{}/{}", name.image, name.number);
  if (node == nullptr) return std::nullopt;
  if (!node->boot.generation().empty()) return node->boot.generation();
  if (const auto generation = next_generation()) return generation->label();
  return std::nullopt;
}

std::string View::script(Ipv4 client) {
  const auto url = boot_url(settings_.network.address, settings_.ports.http);
  Node* node = registry_.by_address(client);
  if (node == nullptr)
    return waiting_script(client.text(), {"this address has no seat in the cluster", "restart the board"},
                          url);
  const auto generation = next_generation();
  if (!generation) return waiting_script(node->record.name, generation.error(), url);
  node->boot.on_promised(generation->label());
  rootfs::BootLine line;
  line.head = settings_.network.address;
  line.http_port = settings_.ports.http;
  line.nfs_port = settings_.ports.nfs;
  line.mac = node->record.mac;
  line.extra = settings_.nodes.kernel_options;
  return boot_script(node->record.name, *generation, rootfs::kernel_cmdline(*generation, line), url);
}

}  // namespace rootstock::server
