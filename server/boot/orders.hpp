#pragma once
// What a seat is to boot, and with which kernel options, as the settings and the seat itself say it. Whether
// that is there, and can be booted, is the view's business.

#include <set>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

struct BootOrders {
  std::string image;   ///< whose active generation it boots
  std::string pinned;  ///< "compute/7": this one whatever is active; "": the active one
  std::string image_why;
  std::string kernel_options;            ///< the site's, the group's, the node's, in this order
  std::vector<std::string> options_why;  ///< which of them come from where
};

/// Every image that the settings name; a node may have another one of its own.
std::set<std::string> images_named_in(const Settings& settings);

BootOrders orders_for(const Settings& settings, const NodeRecord& node);

}  // namespace rootstock::server
