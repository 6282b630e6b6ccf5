// The part of AdminSeats that lets boards in: declared ones, and those that are plugged in while it is open.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "config/declared.hpp"
#include "server/http/admin_answer.hpp"
#include "server/http/admin_seats.hpp"
#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours longest_open{24 * 7};

std::int64_t unix_seconds(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::vector<NodeWords> words_of(const json::object& body) {
  std::vector<NodeWords> words;
  const auto* rows = body.if_contains("rows");
  if (rows == nullptr || !rows->is_array()) return words;
  for (const auto& value : rows->get_array()) {
    const auto row = value.is_object() ? value.get_object() : json::object{};
    words.push_back({text_in(row, "name"), text_in(row, "mac"), text_in(row, "serial"), text_in(row, "group"),
                     text_in(row, "address")});
  }
  return words;
}

json::object fault_json(std::size_t row, const std::string& field, const Failure& why) {
  return {{"row", row}, {"field", field}, {"error", why.what}, {"hint", why.hint}};
}

}  // namespace

/// Nothing is applied unless all of it is right; what is wrong is told for every row.
Answer AdminSeats::declare(const Body& body) {
  const auto words = words_of(body);
  if (words.empty()) return failure(400, {"no node is declared", "name one: rootstock nodes declare gpu01"});
  const auto declared = read_declared(words, settings_);
  json::array faults, done;
  for (const auto& fault : declared.faults)
    faults.push_back(fault_json(fault.node, fault.field, {fault.what, fault.hint}));
  std::size_t new_seats = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (registry_.by_name(words[i].name) == nullptr) ++new_seats;
    if (declared.nodes[i].name.empty()) continue;
    if (const auto may = seats_.may_declare(declared.nodes[i]); !may)
      faults.push_back(fault_json(i, "name", may.error()));
  }
  const auto seats = static_cast<std::size_t>(settings_.slurm.max_nodes);
  if (faults.empty() && registry_.members() + new_seats > seats)
    return failure(400, {fmt::format("there is room for {} nodes, and these would make it {}", seats,
                                     registry_.members() + new_seats),
                         "raise slurm.max_nodes, or forget nodes that are gone"});
  const bool only_look = truth_in(body, "dry_run");
  for (std::size_t i = 0; faults.empty() && i < declared.nodes.size(); ++i) {
    const bool there = registry_.by_name(words[i].name) != nullptr;
    if (!only_look)
      if (const auto seat = seats_.declare(declared.nodes[i]); !seat) {
        faults.push_back(fault_json(i, "name", seat.error()));
        break;
      }
    done.push_back(json::object{{"node", words[i].name}, {"what", there ? "changed" : "declared"}});
  }
  if (!only_look && !done.empty()) log::info("{} nodes declared by the administrator", done.size());
  return json_answer(json::object{{"done", std::move(done)}, {"faults", std::move(faults)}});
}

/// {"seconds": 600} opens the door for as long, 0 shuts it.
Answer AdminSeats::join(const Body& body) {
  const auto* value = body.if_contains("seconds");
  if (value == nullptr || !value->is_int64())
    return failure(400, {"for how long is missing", R"(send {"seconds": 600}; 0 shuts the door)"});
  const std::chrono::seconds time{value->get_int64()};
  if (time < time.zero() || time > longest_open)
    return failure(400, {"the door may stand open for a week at most", R"(nodes.join = "open" is for good)"});
  if (time == time.zero())
    seats_.shut_door();
  else
    seats_.open_door(Time::clock::now() + time);
  return door();
}

Answer AdminSeats::door() const {
  json::array boards;
  for (const auto& seen : seats_.boards_seen()) {
    const auto node = registry_.nodes().find(seen.number);
    boards.push_back(json::object{{"mac", seen.mac.text()},
                                  {"dialect", seen.dialect},
                                  {"serial", seen.serial},
                                  {"node", node == registry_.nodes().end() ? "" : node->second.record.name},
                                  {"outcome", seen.outcome},
                                  {"first", unix_seconds(seen.first)},
                                  {"last", unix_seconds(seen.last)}});
  }
  const auto waiting = std::ranges::count_if(registry_.nodes(), [](const auto& entry) {
    const auto& record = entry.second.record;
    return record.standing == Standing::waiting && record.doubt.empty();
  });
  const auto until = seats_.door_open_until();
  return json_answer(json::object{{"open_until", until ? unix_seconds(*until) : 0},
                                  {"now", unix_seconds(Time::clock::now())},
                                  {"waiting", waiting},
                                  {"waiting_come_in", settings_.nodes.join == JoinMode::window},
                                  {"boards", std::move(boards)}});
}

}  // namespace rootstock::server
