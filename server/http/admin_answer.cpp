#include "server/http/admin_answer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "server/story/words.hpp"

namespace rootstock::server {

namespace json = boost::json;

Answer json_answer(const json::value& value, unsigned status) {
  Answer answer;
  answer.status = status;
  answer.type = "application/json";
  // Other programs' words are in it, too: Slurm's reasons, the system's errors.
  answer.text = readable(json::serialize(value)) + "\n";
  return answer;
}

double unix_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

Answer failure(unsigned status, const Failure& why) {
  return json_answer(json::object{{"error", why.what}, {"hint", why.hint}}, status);
}

Answer no_such_node(const std::string& name) {
  return failure(404, {"there is no node '" + name + "'", "`rootstock nodes` lists them"});
}

Result<json::object, Failure> json_body(const Request& request) {
  if (request.body.empty()) return json::object{};
  boost::system::error_code error;
  auto value = json::parse(request.body, error);
  if (error)
    return fail("the request's body is not JSON: " + error.message(), "send an object, as in {\"key\": 1}");
  if (!value.is_object()) return fail("the request's body is not a JSON object", "send {...}");
  return std::move(value.get_object());
}

std::string text_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? "" : std::string{*text};
}

bool truth_in(const json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace rootstock::server
