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

std::int64_t whole_seconds(Time time) { return static_cast<std::int64_t>(unix_seconds(time)); }

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

/// Of every row what is wrong with it, by itself and beside the seats that are there.
json::array faults_of(const DeclaredNodes& declared, const Seats& seats) {
  json::array faults;
  for (const auto& fault : declared.faults)
    faults.push_back(fault_json(fault.node, fault.field, {fault.what, fault.hint}));
  for (std::size_t i = 0; i < declared.nodes.size(); ++i) {
    if (declared.nodes[i].name.empty()) continue;
    if (const auto may = seats.may_declare(declared.nodes[i]); !may)
      faults.push_back(fault_json(i, "name", may.error()));
  }
  return faults;
}

/// None: Slurm takes them all.
std::optional<Failure> no_room(const std::vector<NodeWords>& words, Registry& registry,
                               const Settings& settings) {
  const auto is_new = [&](const NodeWords& node) { return registry.by_name(node.name) == nullptr; };
  const auto wanted = registry.members() + static_cast<std::size_t>(std::ranges::count_if(words, is_new));
  const auto seats = static_cast<std::size_t>(settings.slurm.max_nodes);
  if (wanted <= seats) return std::nullopt;
  return Failure{fmt::format("there is room for {} nodes, and these would make it {}", seats, wanted),
                 "raise slurm.max_nodes, or forget nodes that are gone"};
}

}  // namespace

/// Nothing is applied unless all of it is right.
Answer AdminSeats::declare(const Body& body) {
  const auto words = words_of(body);
  if (words.empty()) return failure(400, {"no node is declared", "name one: rootstock nodes declare gpu01"});
  const auto declared = read_declared(words, settings_);
  auto faults = faults_of(declared, seats_);
  if (faults.empty())
    if (const auto full = no_room(words, registry_, settings_)) return failure(400, *full);
  json::array done;
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
    // A board that waited may have asked only for its address since the door was opened.
    const auto record = node == registry_.nodes().end() ? NodeRecord{} : node->second.record;
    boards.push_back(json::object{{"mac", seen.mac.text()},
                                  {"dialect", record.dialect.empty() ? seen.dialect : record.dialect},
                                  {"serial", record.serial.empty() ? seen.serial : record.serial},
                                  {"node", record.name},
                                  {"outcome", seen.outcome},
                                  {"first", whole_seconds(seen.first)},
                                  {"last", whole_seconds(seen.last)}});
  }
  const auto waiting = std::ranges::count_if(registry_.nodes(), [](const auto& entry) {
    const auto& record = entry.second.record;
    return record.standing == Standing::waiting && record.doubt.empty();
  });
  const auto until = seats_.door_open_until();
  return json_answer(json::object{{"open_until", until ? whole_seconds(*until) : 0},
                                  {"now", whole_seconds(Time::clock::now())},
                                  {"waiting", waiting},
                                  {"waiting_come_in", settings_.nodes.join == JoinMode::window},
                                  {"boards", std::move(boards)}});
}

}  // namespace rootstock::server
