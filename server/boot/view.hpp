#pragma once
// The boot files of a node: a view computed from who asks and for what. The only place that knows where a
// name leads; TFTP and HTTP both serve it (edge: the disk under generations, iPXE and extra files).

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "config/settings.hpp"
#include "rootfs/store.hpp"
#include "server/boot/boot_name.hpp"
#include "server/boot/disk_files.hpp"
#include "server/nodes/registry.hpp"
#include "tftp/file_source.hpp"

namespace rootstock::server {

/// Where Debian's package `ipxe` puts its boot loaders.
inline constexpr auto ipxe_folder = "/usr/lib/ipxe";

struct Served {
  BootName name;
  std::shared_ptr<const tftp::File> file;
};

class View final : public tftp::FileSource {
 public:
  View(const Settings& settings, Registry& registry);

  Result<Served, tftp::Refusal> find(Ipv4 client, std::string_view path);
  Result<std::shared_ptr<const tftp::File>, tftp::Refusal> open(Ipv4 client, std::string_view path) override;

  /// What a node boots if it starts now.
  Result<rootfs::Generation, Failure> next_generation() const { return store_.active(settings_.nodes.image); }

 private:
  std::string script(Ipv4 client);
  Result<std::shared_ptr<const tftp::File>, tftp::Refusal> on_disk(Ipv4 client, const BootName& name);
  std::optional<std::string> generation_for(const Node* node, const BootName& name) const;

  const Settings& settings_;
  Registry& registry_;
  rootfs::Store store_;
  DiskFiles images_, loaders_;
  std::optional<DiskFiles> extra_;
};

}  // namespace rootstock::server
