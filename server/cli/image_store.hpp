#pragma once
// The parts of `rootstock image` that only look at or switch generations: list, show, activate, rollback,
// prune.

#include <boost/json/object.hpp>
#include <vector>

#include "rootfs/store.hpp"
#include "server/cli/command.hpp"

namespace rootstock::server {

/// The manifest, and whether nodes boot it.
boost::json::object as_json(const rootfs::Generation& generation, bool active);
/// In JSON as `image list` does, otherwise one paragraph for each.
void print_generations(const Context& context, const rootfs::Store& store,
                       const std::vector<rootfs::Generation>& generations);

/// "compute/3" or "compute"; number 0 where none is given.
struct ImageName {
  std::string image;
  int number = 0;
};
Result<ImageName, Failure> parse_image_name(const std::string& text);

void list_images(Context& context);
void show_image(Context& context, const std::string& name);
void activate_image(Context& context, const std::string& name);
void rollback_image(Context& context, const std::string& image);
void prune_image(Context& context, const std::string& image, int keep);

}  // namespace rootstock::server
