#include "server/state/node_record.hpp"

namespace rootstock::server {

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::member: return "member";
    case Standing::waiting: return "waiting";
    case Standing::denied: return "denied";
  }
  return "member";
}

Standing standing_named(std::string_view words) {
  if (words == "waiting") return Standing::waiting;
  return words == "denied" ? Standing::denied : Standing::member;
}

}  // namespace rootstock::server
