#pragma once
// What the command line asks about boots: the story of one, or the list of those that are kept.

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "server/http/admin_site.hpp"
#include "server/nodes/registry.hpp"
#include "server/state/boot_row.hpp"
#include "server/story/chronicle.hpp"
#include "server/story/kept_boot.hpp"
#include "server/story/lookout.hpp"

namespace rootstock::server {

class AdminStory {
 public:
  using ReadBoots = std::function<Result<std::vector<BootRow>, Failure>(int number)>;

  AdminStory(Registry& registry, const Lookout& lookout, Chronicle& chronicle, ReadBoots read);
  void register_at(AdminSite& site);

 private:
  struct Boot {
    BootRow row;
    ToldBoot told;
  };

  /// Or the answer that tells why not.
  using Told = Result<boost::json::object, Answer>;

  boost::asio::awaitable<Answer> stories(Request request, std::string names);
  Told story_of(const Node& node, std::size_t back, bool all);
  /// The latest first, or it alone; a node that was never heard has one without a beginning.
  Result<std::vector<Boot>, Failure> boots_of(const Node& node, bool latest);
  Boot current(const Node& node, Clocks now) const;

  Registry& registry_;
  const Lookout& lookout_;
  Chronicle& chronicle_;
  ReadBoots read_;
};

}  // namespace rootstock::server
