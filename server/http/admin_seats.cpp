#include "server/http/admin_seats.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <map>

#include "server/http/admin_answer.hpp"
#include "server/log/log.hpp"
#include "server/nodes/asker.hpp"
#include "server/nodes/choice.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;

constexpr auto at_next_boot = "takes effect at the next boot: rootstock reboot {}";

json::object fault_json(const std::string& node, const Failure& why) {
  return {{"node", node}, {"error", why.what}, {"hint", why.hint}};
}

std::string with_nodes(const std::string& next, std::vector<std::string> names) {
  const auto place = next.find("{}");
  return place == next.npos
             ? next
             : next.substr(0, place) + for_shell(fold(std::move(names))) + next.substr(place + 2);
}

}  // namespace

AdminSeats::AdminSeats(const Settings& settings, const View& view, Registry& registry, Seats& seats)
    : settings_(settings), view_(view), registry_(registry), seats_(seats) {}

void AdminSeats::add(AdminSite& site, std::string verb, Answer (AdminSeats::*act)(const Body&)) {
  site.on(Method::post, "nodes/" + verb, at_once([this, act](const Request& request, const std::string&) {
            const auto body = json_body(request);
            return body ? (this->*act)(*body) : failure(400, body.error());
          }));
}

void AdminSeats::register_at(AdminSite& site) {
  add(site, "approve", &AdminSeats::approve);
  add(site, "deny", &AdminSeats::deny);
  add(site, "replace", &AdminSeats::replace);
  add(site, "rename", &AdminSeats::rename);
  add(site, "forget", &AdminSeats::forget);
  add(site, "pin", &AdminSeats::pin);
  add(site, "group", &AdminSeats::group);
  add(site, "set", &AdminSeats::set);
  add(site, "declare", &AdminSeats::declare);
  add(site, "join", &AdminSeats::join);
  site.on(Method::get, "nodes/join", at_once([this](const Request&, const std::string&) { return door(); }));
}

/// Changes the nodes of a list one by one; those that cannot be changed are named, and the others are changed
/// all the same.
Answer AdminSeats::apply(const Body& body, const Change& change) {
  const auto nodes = choose(registry_, text_in(body, "nodes"), change.all);
  if (!nodes) return failure(404, nodes.error());
  json::array done, failed, warnings;
  std::vector<std::string> names;
  for (Node* node : *nodes) {
    const auto name = node->record.name;  // a forgotten node is gone after this
    const auto acted = change.act(*node);
    if (!acted) {
      failed.push_back(fault_json(name, acted.error()));
      if (nodes->size() == 1) return failure(400, acted.error());
      continue;
    }
    const auto what = change.what_of ? change.what_of(*node) : change.what;
    log::info("{}: {} by the administrator", name, what);
    names.push_back(name);
    done.push_back(json::object{{"node", name}, {"what", what}});
    if (!change.boots_other) continue;
    if (auto fault = next_boot_fault(*node); !fault.empty()) warnings.emplace_back(name + ": " + fault);
  }
  const auto next = names.empty() ? std::string{} : with_nodes(change.next, names);
  return json_answer(json::object{{"done", std::move(done)},
                                  {"failed", std::move(failed)},
                                  {"warnings", std::move(warnings)},
                                  {"next", next}});
}

/// What would keep it from booting; "": nothing does, or nobody sits there yet.
std::string AdminSeats::next_boot_fault(const Node& node) const {
  if (node.record.vacant()) return {};
  const auto next = view_.next_boot(node.record);
  const auto why = next.generation ? view_.why_not(dialect_of(node.record), *next.generation)
                                   : std::optional{next.generation.error()};
  if (!why) return {};
  return why->hint.empty() ? why->what : fmt::format("{} ({})", why->what, why->hint);
}

Answer AdminSeats::approve(const Body& body) {
  return apply(body,
               {"approved", "a board that waits goes on by itself within seconds: rootstock nodes --watch",
                [this](Node& node) { return seats_.approve(node); }, false, Standing::waiting});
}

Answer AdminSeats::deny(const Body& body) {
  return apply(
      body,
      {"denied",
       "gets no answer when it boots; what runs goes on. `rootstock nodes approve {}` lets it in after all",
       [this](Node& node) { return seats_.deny(node); }, false, Standing::waiting});
}

Answer AdminSeats::replace(const Body& body) {
  if (truth_in(body, "none"))
    return apply(body, {"keeps its board", "", [this](Node& node) { return seats_.keep_board(node); }});
  const auto text = text_in(body, "with");
  const auto with = Mac::parse(text);
  if (!text.empty() && !with)
    return failure(400,
                   {fmt::format("\"{}\" is not a MAC address", text), "write it as in dc:a6:32:01:02:03"});
  if (const auto seats = choose(registry_, text_in(body, "nodes"), Standing::member);
      with && seats && seats->size() > 1)
    return failure(400, {fmt::format("{} cannot sit on {} seats", with->text(), seats->size()),
                         "name one node, or leave out --with: then the next new boards take the seats"});
  const auto what = with ? "its board is " + with->text() + " from now on" : "waits for its new board";
  return apply(body, {what,
                      with ? "switch that board on; name, address and keys stay"
                           : "the next new board that is switched on takes this seat; name, address and keys "
                             "stay (if not: rootstock nodes replace {} --none)",
                      [&](Node& node) { return seats_.replace(node, with); }});
}

/// Ranges go with ranges: the first of the nodes has the first of the names.
Answer AdminSeats::rename(const Body& body) {
  const auto old = text_in(body, "nodes"), list = text_in(body, "name");
  const auto nodes = choose(registry_, old);
  if (!nodes) return failure(404, nodes.error());
  const auto names = expand(list);
  if (!names) return failure(400, names.error());
  if (names->size() != nodes->size())
    return failure(400, {fmt::format("{} nodes, and {} names for them", nodes->size(), names->size()),
                         "as many as there are, as in: rootstock nodes rename node[07-09] gpu[01-03]"});
  std::map<const Node*, std::string> name_of;
  for (std::size_t i = 0; i < nodes->size(); ++i) name_of[(*nodes)[i]] = (*names)[i];
  const auto slurm =
      settings_.slurm.enabled
          ? fmt::format("; then Slurm forgets the old name with: scontrol delete nodename={}", old)
          : std::string{};
  Change change{"", "its system has the name from its next boot on: rootstock reboot " + list + slurm,
                [&](Node& node) { return seats_.rename(node, name_of.at(&node)); }};
  change.what_of = [](const Node& node) { return "is " + node.record.name + " from now on"; };
  return apply(body, change);
}

Answer AdminSeats::forget(const Body& body) {
  const bool force = truth_in(body, "force");
  const auto slurm = settings_.slurm.enabled ? "; Slurm forgets it with: scontrol delete nodename={}" : "";
  return apply(body, {"forgotten", std::string{"a board that boots again joins as a new one"} + slurm,
                      [&](Node& node) { return seats_.forget(node, force); }});
}

Result<void, Failure> AdminSeats::check_pin(const Node& node, const std::string& label) const {
  if (label.empty()) return {};
  auto record = node.record;
  record.pinned = label;
  const auto next = view_.next_boot(record);
  if (!next.generation)
    return fail(next.generation.error().what, "`rootstock image list` shows the generations there are");
  if (record.vacant()) return {};
  const auto why = view_.why_not(dialect_of(record), *next.generation);
  return why ? tl::unexpected{*why} : Result<void, Failure>{};
}

Answer AdminSeats::pin(const Body& body) {
  const auto label = text_in(body, "generation");
  return apply(body,
               {label.empty() ? "boots the active generation again" : "pinned to " + label, at_next_boot,
                [&](Node& node) {
                  const auto good = check_pin(node, label);
                  return good ? seats_.pin(node, label) : good;
                },
                true});
}

Answer AdminSeats::group(const Body& body) {
  const auto group = text_in(body, "group");
  return apply(
      body,
      {group.empty() ? "in no group" : "in the group " + group,
       "names stay; image and kernel options are the group's from the next boot on: rootstock reboot {}",
       [&](Node& node) { return seats_.set_group(node, group); }, true});
}

/// One value after the other; a refusal says which were set before it.
Result<void, Failure> AdminSeats::set_all(Node& node, const Body& values) {
  std::string before;
  for (const auto& [key, value] : values) {
    auto done = seats_.set(node, key, text_in(values, key));
    if (!done && !before.empty()) done.error().what += fmt::format(" ({} was set before that)", before);
    if (!done) return done;
    before += fmt::format("{}{}", before.empty() ? "" : ", ", std::string_view{key});
  }
  return {};
}

Answer AdminSeats::set(const Body& body) {
  const auto* values = body.if_contains("values");
  if (values == nullptr || !values->is_object() || values->get_object().empty())
    return failure(400, {"nothing to set", "write KEY=VALUE, as in image=compute"});
  if (const auto address = text_in(values->get_object(), "address"); !address.empty())
    if (const auto nodes = choose(registry_, text_in(body, "nodes")); nodes && nodes->size() > 1)
      return failure(400, {fmt::format("{} cannot be the address of {} nodes", address, nodes->size()),
                           "name one node; nothing behind address= gives each one out of the pool"});
  std::string what;
  for (const auto& [key, value] : values->get_object())
    what += fmt::format("{}{} = \"{}\"", what.empty() ? "" : ", ", std::string_view{key},
                        text_in(values->get_object(), key));
  return apply(body,
               {what, at_next_boot, [&](Node& node) { return set_all(node, values->get_object()); }, true});
}

}  // namespace rootstock::server
