#pragma once
// Nodes as rows of words, from the service's answer.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace rootstock::server {

/// The heading, then one row per node. The column of groups is there only when somebody is in one.
std::vector<std::vector<std::string>> node_rows(const boost::json::array& nodes);
/// "node07: waits for approval", of every node of which there is more to say.
std::vector<std::string> node_remarks(const boost::json::array& nodes);
/// "11 of 12 up"
std::string node_summary(const boost::json::array& nodes);
/// Everything about one node, as a list.
std::vector<std::vector<std::string>> node_lines(const boost::json::object& node);

}  // namespace rootstock::server
