#pragma once
// The boot files of a node: a view computed from who asks and for what. The only place that knows where a
// name leads; TFTP and HTTP both serve it (edge: the disk under generations, iPXE and extra files).

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "server/admission/gate.hpp"
#include "server/boot/boot_name.hpp"
#include "server/boot/boot_text.hpp"
#include "server/boot/disk_files.hpp"
#include "server/boot/generations.hpp"
#include "server/boot/orders.hpp"
#include "server/nodes/registry.hpp"
#include "tftp/file_source.hpp"

namespace rootstock::server {

/// Where Debian's package `ipxe` puts its boot loaders.
inline constexpr auto ipxe_folder = "/usr/lib/ipxe";

struct Served {
  BootName name;
  std::shared_ptr<const tftp::File> file;
};

struct NextBoot {
  BootOrders orders;
  Result<rootfs::Generation, Failure> generation;

  std::string label() const { return generation ? generation->label() : std::string{}; }
};

class View final : public tftp::FileSource {
 public:
  /// Told when a node asks for what it would boot and there is nothing that it can.
  using CannotBoot = std::function<void(Node&, const Failure&)>;
  /// The doorkeeper; without one, everybody may go on.
  using Ask = std::function<Pass(Node&, Gate)>;

  View(const Settings& settings, Registry& registry, CannotBoot cannot_boot = {}, Ask ask = {});

  Result<Served, tftp::Refusal> find(Ipv4 client, std::string_view path);
  Result<std::shared_ptr<const tftp::File>, tftp::Refusal> open(Ipv4 client, std::string_view path) override;

  /// What this node boots if it starts now, with which options, and why.
  NextBoot next_boot(const NodeRecord& node) const;
  /// Why a board of this dialect cannot boot that generation; none: it can.
  std::optional<Failure> why_not(dhcp::Dialect board, const rootfs::Generation& generation) const;

 private:
  using Found = Result<std::shared_ptr<const tftp::File>, tftp::Refusal>;

  Found for_stranger(Ipv4 client, const BootName& name);
  Found for_node(Node& node, const BootName& name);
  Found of_choice(Node& node, const rootfs::Generation& generation, const BootName& name);
  Found in_place_of(Node& node, const Failure& why, const BootName& name);
  Found of_generation(const std::string& label, const BootName& name);
  Found of_extra(const BootName& name) { return extra_ ? extra_->open(name.file) : not_found(); }
  Result<rootfs::Generation, Failure> pinned(const NodeRecord& node) const;
  Found words(BootText text, const WaitingScreen& screen) const;
  Found not_found() const { return tl::unexpected{tftp::Refusal::not_found}; }
  Result<rootfs::Generation, Failure> choice_for(const Node& node, bool afresh) const;

  const Settings& settings_;
  Registry& registry_;
  CannotBoot tell_;
  Ask ask_;
  Generations generations_;
  DiskFiles images_, loaders_;
  std::optional<DiskFiles> extra_;
};

}  // namespace rootstock::server
