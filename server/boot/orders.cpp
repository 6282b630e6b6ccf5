#include "server/boot/orders.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::server {
namespace {

const GroupSettings* group_of(const Settings& settings, const NodeRecord& node) {
  const auto found = std::ranges::find(settings.groups, node.group, &GroupSettings::name);
  return node.group.empty() || found == settings.groups.end() ? nullptr : &*found;
}

void say_image(BootOrders& orders, const Settings& settings, const NodeRecord& node,
               const GroupSettings* group) {
  orders.pinned = node.pinned;
  if (!node.image.empty()) {
    orders.image = node.image;
    orders.image_why = fmt::format("{} has the image {} of its own", node.name, node.image);
  } else if (group != nullptr && !group->image.empty()) {
    orders.image = group->image;
    orders.image_why = fmt::format("the group {} has the image {}", group->name, group->image);
  } else {
    orders.image = settings.nodes.image;
    orders.image_why = fmt::format("{} is the image of all nodes", orders.image);
  }
  if (!node.group.empty() && group == nullptr)
    orders.image_why += fmt::format(" (its group {} is not in the settings any more)", node.group);
  if (!node.pinned.empty()) orders.image_why = fmt::format("{} is pinned to {}", node.name, node.pinned);
}

void add_options(BootOrders& orders, const std::string& options, std::string whose) {
  if (options.empty()) return;
  if (!orders.kernel_options.empty()) orders.kernel_options += ' ';
  orders.kernel_options += options;
  orders.options_why.push_back(fmt::format("kernel options of {}: {}", whose, options));
}

}  // namespace

std::set<std::string> images_named_in(const Settings& settings) {
  std::set<std::string> images{settings.nodes.image};
  for (const auto& group : settings.groups)
    if (!group.image.empty()) images.insert(group.image);
  return images;
}

BootOrders orders_for(const Settings& settings, const NodeRecord& node) {
  BootOrders orders;
  const auto* group = group_of(settings, node);
  say_image(orders, settings, node, group);
  add_options(orders, settings.nodes.kernel_options, "all nodes");
  if (group != nullptr) add_options(orders, group->kernel_options, "the group " + group->name);
  add_options(orders, node.kernel_options, node.name);
  return orders;
}

}  // namespace rootstock::server
