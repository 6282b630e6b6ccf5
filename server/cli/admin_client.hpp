#pragma once
// One question to the running service, over its UNIX socket (edge: that socket).

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "config/result.hpp"
#include "server/cli/command.hpp"

namespace rootstock::server {

struct AdminFailure {
  Failure failure;
  ExitCode code = exit_failed;
};

/// GET `target` ("/nodes"); the JSON that came with status 200. Gives up after ten seconds.
Result<boost::json::value, AdminFailure> ask(const std::filesystem::path& socket, std::string_view target);

/// POST `body` to `target`: changes something, or asks for it. The same otherwise.
Result<boost::json::value, AdminFailure> post(const std::filesystem::path& socket, std::string_view target,
                                              const boost::json::object& body);

/// The same for a command: where there is no answer, everything was printed and the exit code set.
std::optional<boost::json::value> ask(Context& context, std::string_view target);
std::optional<boost::json::value> post(Context& context, std::string_view target,
                                       const boost::json::object& body);

}  // namespace rootstock::server
