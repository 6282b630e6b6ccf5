#include "server/story/kept_boot.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

namespace rootstock::server {
namespace {

namespace json = boost::json;

/// Clocks are slewed by less than this between two runs of the head.
constexpr std::chrono::seconds clock_play{5};

/// What the clock on the wall showed when the steady one began, if nobody had set it.
Time wall_at_zero(Clocks now) { return wall_of(Moment{}, now); }

double seconds_of(Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

Time time_of(double seconds) {
  return Time{std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds))};
}

/// Members of BootData under the names that they have on disk.
constexpr std::array<std::pair<const char*, Moment BootData::*>, 9> moments{
    {{"started", &BootData::started},
     {"since", &BootData::stage_since},
     {"up", &BootData::up_at},
     {"heard", &BootData::heard},
     {"initramfs", &BootData::initramfs_sent},
     {"let_in", &BootData::let_in},
     {"overlay", &BootData::overlay_at},
     {"root", &BootData::root_at},
     {"down", &BootData::down_at}}};
constexpr std::array<std::pair<const char*, int BootData::*>, 7> counts{
    {{"identity", &BootData::identity},
     {"answered", &BootData::answered},
     {"told", &BootData::told},
     {"passed", &BootData::passed},
     {"refused", &BootData::refused},
     {"tries", &BootData::tries},
     {"address_troubles", &BootData::address_troubles}}};
constexpr std::array<std::pair<const char*, std::string BootData::*>, 6> texts{
    {{"firmware", &BootData::firmware},
     {"generation", &BootData::generation},
     {"trouble", &BootData::trouble},
     {"cannot_boot", &BootData::cannot_boot},
     {"held", &BootData::held},
     {"how_down", &BootData::down}}};

/// Braces would make a list of it.
json::value time_in(Moment moment, Clocks now) {
  if (moment == Moment{}) return nullptr;
  return seconds_of(wall_of(moment, now));
}

json::object file_json(const FileTrace& file, Clocks now) {
  return {{"words", file.words},     {"at", time_in(file.at, now)}, {"bytes", file.bytes},
          {"seconds", file.seconds}, {"resent", file.resent},       {"blocks", file.blocks}};
}

json::object dhcp_json(const DhcpTrace& dhcp, Clocks now) {
  return {{"discovers", dhcp.discovers},     {"offers", dhcp.offers},
          {"requests", dhcp.requests},       {"naks", dhcp.naks},
          {"first_secs", dhcp.first_secs},   {"first", time_in(dhcp.first, now)},
          {"last", time_in(dhcp.last, now)}, {"rival", dhcp.rival.unset() ? "" : dhcp.rival.text()}};
}

json::object files_json(const FilesTrace& files, Clocks now) {
  json::array missing;
  for (const auto& one : files.missing)
    missing.push_back(
        json::object{{"words", one.words}, {"tree", one.device_tree}, {"at", time_in(one.at, now)}});
  return {{"last", file_json(files.last, now)},
          {"worst", file_json(files.worst, now)},
          {"broken", file_json(files.broken, now)},
          {"broken_off", files.broken_off},
          {"resent", files.resent},
          {"blocks", files.blocks},
          {"missing", std::move(missing)}};
}

/// Reads what is there; what is not, or is of another kind, stays as it was.
class Reader {
 public:
  Reader(const json::value* value, Clocks now)
      : object_(value != nullptr ? value->if_object() : nullptr), now_(now) {}

  Reader below(std::string_view key) const { return {find(key), now_}; }
  std::string text(std::string_view key) const {
    const auto* found = find(key);
    const auto* text = found != nullptr ? found->if_string() : nullptr;
    return text != nullptr ? std::string{*text} : std::string{};
  }
  double number(std::string_view key) const {
    const auto* found = find(key);
    return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
  }
  template <class Number>
  Number whole(std::string_view key) const {
    const double found = number(key);
    return found > 0 && found < 9e15 ? static_cast<Number>(found) : Number{};
  }
  bool flag(std::string_view key) const {
    const auto* found = find(key);
    return found != nullptr && found->is_bool() && found->as_bool();
  }
  Time time(std::string_view key) const { return time_of(number(key)); }
  Moment moment(std::string_view key) const {
    const auto* found = find(key);
    if (found == nullptr || !found->is_number()) return {};
    return now_.moment -
           std::chrono::duration_cast<Moment::duration>(now_.wall - time_of(found->to_number<double>()));
  }
  template <class Each>
  void each(std::string_view key, Each take) const {
    const auto* found = find(key);
    if (const auto* list = found != nullptr ? found->if_array() : nullptr)
      for (const auto& entry : *list) take(Reader{&entry, now_});
  }

 private:
  const json::value* find(std::string_view key) const {
    return object_ != nullptr ? object_->if_contains(key) : nullptr;
  }
  const json::object* object_;
  Clocks now_;
};

FileTrace file_in(const Reader& in) {
  return {in.text("words"),
          in.moment("at"),
          in.whole<std::uint64_t>("bytes"),
          in.number("seconds"),
          in.whole<std::uint64_t>("resent"),
          in.whole<std::uint64_t>("blocks")};
}

DhcpTrace dhcp_in(const Reader& in) {
  DhcpTrace dhcp;
  dhcp.discovers = in.whole<int>("discovers");
  dhcp.offers = in.whole<int>("offers");
  dhcp.requests = in.whole<int>("requests");
  dhcp.naks = in.whole<int>("naks");
  dhcp.first_secs = in.whole<std::uint16_t>("first_secs");
  dhcp.first = in.moment("first");
  dhcp.last = in.moment("last");
  if (const auto rival = Ipv4::parse(in.text("rival"))) dhcp.rival = *rival;
  return dhcp;
}

FilesTrace files_in(const Reader& in) {
  FilesTrace files;
  files.last = file_in(in.below("last"));
  files.worst = file_in(in.below("worst"));
  files.broken = file_in(in.below("broken"));
  files.broken_off = in.whole<int>("broken_off");
  files.resent = in.whole<std::uint64_t>("resent");
  files.blocks = in.whole<std::uint64_t>("blocks");
  in.each("missing", [&](const Reader& one) {
    files.missing.push_back({one.text("words"), one.flag("tree"), one.moment("at")});
  });
  return files;
}

std::optional<json::value> parsed(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(json::string_view{text.data(), text.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  return value;
}

/// Each stage lasts until the next.
void measure(ToldBoot& boot, Time last) {
  for (std::size_t at = 0; at < boot.stages.size(); ++at) {
    const auto end = at + 1 < boot.stages.size() ? boot.stages[at + 1].at : last;
    boot.stages[at].seconds = std::max(0.0, std::chrono::duration<double>(end - boot.stages[at].at).count());
  }
}

}  // namespace

Time wall_of(Moment moment, Clocks now) {
  return now.wall - std::chrono::duration_cast<Time::duration>(now.moment - moment);
}

std::string to_text(const BootData& boot, const Conclusion& conclusion, Clocks now,
                    std::string_view machine) {
  json::object out{{"format", 1},
                   {"stage", name_of(boot.stage)},
                   {"bytes", boot.bytes},
                   {"fault", name_of(conclusion.fault)},
                   {"conclusion", conclusion.words},
                   {"to_do", conclusion.to_do},
                   {"machine", machine},
                   {"clock", seconds_of(wall_at_zero(now))}};
  for (const auto& [name, member] : moments) out[name] = time_in(boot.*member, now);
  for (const auto& [name, member] : counts) out[name] = boot.*member;
  for (const auto& [name, member] : texts) out[name] = boot.*member;
  json::array stages, events;
  for (const auto& span : boot.stages)
    stages.push_back(
        json::object{{"stage", name_of(span.stage)}, {"at", time_in(span.at, now)}, {"bytes", span.bytes}});
  for (const auto& event : boot.events)
    events.push_back(json::object{{"at", time_in(event.at, now)}, {"text", event.text}});
  out["stages"] = std::move(stages);
  out["events"] = std::move(events);
  out["dhcp"] = dhcp_json(boot.dhcp, now);
  out["files"] = files_json(boot.files, now);
  return json::serialize(out);
}

std::optional<BootData> boot_in(std::string_view text, Clocks now, std::string_view machine) {
  const auto value = parsed(text);
  if (!value) return std::nullopt;
  const Reader as_written{&*value, now};
  // The times were written by a clock that may have been set since: here it goes on unset.
  if (!machine.empty() && as_written.text("machine") == machine)
    now.wall = as_written.time("clock") + std::chrono::duration_cast<Time::duration>(now.moment - Moment{});
  const Reader in{&*value, now};
  BootData boot;
  for (const auto& [name, member] : moments) {
    boot.*member = in.moment(name);
    if (boot.*member > now.moment + clock_play) return std::nullopt;
    boot.*member = std::min(boot.*member, now.moment);
  }
  if (in.whole<int>("format") != 1 || boot.started == Moment{}) return std::nullopt;
  for (const auto& [name, member] : counts) boot.*member = in.whole<int>(name);
  for (const auto& [name, member] : texts) boot.*member = in.text(name);
  boot.stage = stage_named(in.text("stage"));
  boot.bytes = in.whole<std::uint64_t>("bytes");
  in.each("stages", [&](const Reader& one) {
    boot.stages.push_back(
        {stage_named(one.text("stage")), one.moment("at"), one.whole<std::uint64_t>("bytes")});
  });
  in.each("events", [&](const Reader& one) { boot.events.push_back({one.moment("at"), one.text("text")}); });
  boot.dhcp = dhcp_in(in.below("dhcp"));
  boot.files = files_in(in.below("files"));
  return boot;
}

ToldBoot told_in(std::string_view text, Time last) {
  ToldBoot boot;
  const auto value = parsed(text);
  if (!value) return boot;
  const Reader in{&*value, {}};
  boot.fault = in.text("fault");
  boot.conclusion.words = in.text("conclusion");
  boot.conclusion.to_do = in.text("to_do");
  boot.firmware = in.text("firmware");
  boot.started = in.time("started");
  in.each("stages", [&](const Reader& one) {
    boot.stages.push_back(
        {stage_named(one.text("stage")), one.time("at"), 0, one.whole<std::uint64_t>("bytes")});
  });
  in.each("events", [&](const Reader& one) { boot.events.push_back({one.time("at"), one.text("text")}); });
  measure(boot, last);
  return boot;
}

ToldBoot told(const BootData& boot, const Conclusion& conclusion, Clocks now) {
  ToldBoot out{conclusion, std::string{name_of(conclusion.fault)}, {}, {}, boot.firmware, {}};
  if (boot.started != Moment{}) out.started = wall_of(boot.started, now);
  for (const auto& span : boot.stages)
    out.stages.push_back({span.stage, wall_of(span.at, now), 0, span.bytes});
  for (const auto& event : boot.events) out.events.push_back({wall_of(event.at, now), event.text});
  measure(out, now.wall);
  return out;
}

}  // namespace rootstock::server
