#pragma once
// What the administrator changes about nodes: each answer says what changed, what failed, and what happens
// next.

#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "config/settings.hpp"
#include "server/boot/view.hpp"
#include "server/http/admin_site.hpp"
#include "server/nodes/registry.hpp"
#include "server/nodes/seats.hpp"

namespace rootstock::server {

class AdminSeats {
 public:
  AdminSeats(const Settings& settings, const View& view, Registry& registry, Seats& seats);
  /// POST nodes/{approve,deny,replace,rename,forget,pin,group,set,declare,join}, GET nodes/join
  void register_at(AdminSite& site);

 private:
  using Body = boost::json::object;
  /// What is done to each node of a list.
  struct Change {
    std::string what;  ///< "approved": told of each node
    std::string next;  ///< what happens next, told once; "{}" stands for the nodes
    std::function<Result<void, Failure>(Node&)> act{};
    bool boots_other = false;  ///< what the node boots may have become another thing: is it there?
    Standing all = Standing::member;
    std::function<std::string(const Node&)>
        what_of{};  ///< in place of `what`, where it is not the same for all
  };

  void add(AdminSite& site, std::string verb, Answer (AdminSeats::*act)(const Body&));
  Answer apply(const Body& body, const Change& change);
  Answer approve(const Body& body);
  Answer deny(const Body& body);
  Answer replace(const Body& body);
  Answer rename(const Body& body);
  Answer forget(const Body& body);
  Answer pin(const Body& body);
  Answer group(const Body& body);
  Answer set(const Body& body);
  Answer declare(const Body& body);
  Answer join(const Body& body);
  Answer door() const;
  Result<void, Failure> check_pin(const Node& node, const std::string& label) const;
  Result<void, Failure> set_all(Node& node, const Body& values);
  std::string next_boot_fault(const Node& node) const;

  const Settings& settings_;
  const View& view_;
  Registry& registry_;
  Seats& seats_;
};

}  // namespace rootstock::server
