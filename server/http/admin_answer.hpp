#pragma once
// Answers and questions in JSON, as the command line expects and sends them over the UNIX socket.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "server/http/exchange.hpp"

namespace rootstock::server {

Answer json_answer(const boost::json::value& value, unsigned status = 200);

/// How answers tell a time: seconds since 1970, 0 for "never".
double unix_seconds(std::chrono::system_clock::time_point time);

/// {"error": ..., "hint": ...}: the command line prints both. 4xx: what was asked is wrong (exit code 2);
/// 5xx: the work failed (1).
Answer failure(unsigned status, const Failure& why);

/// 404.
Answer no_such_node(const std::string& name);

/// The object that a POST carries; an empty body is an empty object.
Result<boost::json::object, Failure> json_body(const Request& request);
/// What it holds under a key; "" or false where it holds nothing of that kind.
std::string text_in(const boost::json::object& body, std::string_view key);
bool truth_in(const boost::json::object& body, std::string_view key);

}  // namespace rootstock::server
