#pragma once
// Nodes as rows of words, from the service's answer.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <limits>
#include <string>
#include <vector>

#include "server/cli/screen.hpp"

namespace rootstock::server {

inline constexpr auto any_width = std::numeric_limits<std::size_t>::max();

/// The heading, then one row per node. The column of groups is there only when somebody is in one. What is
/// wider than `width` goes without the columns that can be missed most easily (`rootstock nodes NODE` has
/// all).
std::vector<std::vector<std::string>> node_rows(const boost::json::array& nodes,
                                                std::size_t width = any_width);
/// "node07: no heartbeat for 63 s", of every node of which there is more to say (of those that are queued
/// there is a table of its own); then what to type next.
std::vector<std::string> node_remarks(const boost::json::array& nodes);
/// "9 of 12 up, 1 lost, 2 booting"
std::string node_summary(const boost::json::array& nodes);
/// All of that as lines for this window, `clock` behind the summary. Where it is too low, nodes that are up
/// are those that are left out.
std::vector<std::string> node_picture(const boost::json::array& nodes, Window window,
                                      const std::string& clock);
/// Everything about one node, as a list.
std::vector<std::vector<std::string>> node_lines(const boost::json::object& node);

}  // namespace rootstock::server
