#include "server/story/diagnose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "server/story/rules.hpp"
#include "server/story/words.hpp"

namespace rootstock::server {
namespace {

using rules::Case;

/// The most specific first: each may take for granted that those above it do not fit.
constexpr std::array table{
    rules::denied,
    rules::identity_in_doubt,
    rules::waiting_for_approval,
    rules::nobody_there,
    rules::went_down,
    rules::lost,
    rules::out_of_memory,
    rules::clock_not_set,
    rules::wrong_clock,
    rules::slurm_silent,
    rules::wrong_image,
    rules::root_not_mounted,
    rules::own_trouble,
    rules::queued,
    rules::missing_file,
    rules::rival_dhcp,
    rules::spanning_tree,
    rules::slow_link,
    rules::no_overlay_asked,
    rules::never_up,
    rules::not_accepted,
    rules::refused_address,
    rules::stopped_before_files,
    rules::stopped_after_file,
    rules::never_heard,
};

std::string_view doing(Stage stage) {
  switch (stage) {
    case Stage::dhcp: return "asks for its address and what to load";
    case Stage::loader: return "loads its firmware or boot loader";
    case Stage::kernel: return "fetches its kernel";
    case Stage::initramfs: return "fetches its initramfs, or starts its kernel";
    case Stage::overlay: return "has its overlay and mounts its root";
    case Stage::root: return "has its root and starts its system";
    default: return "boots";
  }
}

/// What a board does in a stage on its way, as of one that is through it.
std::string_view was_doing(Stage stage) {
  switch (stage) {
    case Stage::dhcp: return "until it had an address and began to load";
    case Stage::loader: return "to load its firmware or boot loader";
    case Stage::kernel:
    case Stage::initramfs: return "to load and start its kernel";
    default: return "to mount its root and start its system";
  }
}

/// "20 s of that to load and start its kernel": what took longest.
std::string longest_part(const BootData& boot) {
  std::map<std::string_view, double> parts;
  for (std::size_t i = 0; i + 1 < boot.stages.size(); ++i) {
    const auto& [from, to] = std::tie(boot.stages[i], boot.stages[i + 1]);
    if (from.stage > Stage::none && from.stage < Stage::up)
      parts[was_doing(from.stage)] += std::chrono::duration<double>(to.at - from.at).count();
  }
  if (parts.empty()) return {};
  const auto longest = std::ranges::max_element(parts, {}, &decltype(parts)::value_type::second);
  return fmt::format(", {} of that {}", span_words(longest->second), longest->first);
}

Conclusion all_is_well(const Case& seen) {
  if (seen.is_up() && seen.around.over)
    return {Fault::none, fmt::format("Came up with {}.", seen.boot.generation), {}};
  if (seen.is_up() && seen.boot.up_at == Moment{})
    return {Fault::none, "Is up since before the head was started.", {}};
  if (seen.is_up())
    return {
        Fault::none,
        fmt::format("Is up with {}, {} after it asked first{}.", seen.boot.generation,
                    span_words(std::chrono::duration<double>(seen.boot.up_at - seen.boot.started).count()),
                    longest_part(seen.boot)),
        {}};
  if (seen.around.over)
    return {Fault::trouble,
            fmt::format("Was started anew before it was up: it {} then.", doing(seen.boot.stage)),
            "was its power taken away, or its reset pressed? If nobody did: its power supply"};
  return {Fault::under_way,
          fmt::format("Boots since {}: it {}.", span_words(seen.since(seen.boot.started)),
                      doing(seen.boot.stage)),
          {}};
}

Conclusion of_this_boot(const Case& seen) {
  for (const auto rule : table)
    if (auto verdict = rule(seen)) return *std::move(verdict);
  return all_is_well(seen);
}

/// A board that starts over and over is told by what ended its boots, until it gets further than the one
/// before.
bool repeats(const BootRecord& boot) {
  const auto* before = boot.before();
  if (before == nullptr || boot.data().tries < 2) return false;
  const auto furthest = [](const BootData& data) {
    Stage most = Stage::none;
    for (const auto& span : data.stages)
      if (span.stage < Stage::trouble) most = std::max(most, span.stage);
    return most;
  };
  return furthest(boot.data()) <= furthest(before->data());
}

}  // namespace

Conclusion conclude(const BootRecord& boot, const NodeRecord& node, const Surroundings& around, Moment now) {
  auto verdict = of_this_boot({boot.data(), node, around, now});
  if (verdict.fault != Fault::under_way || around.over || !repeats(boot)) return verdict;
  auto then = around;
  then.over = true;
  auto before = of_this_boot({boot.before()->data(), node, then, boot.started()});
  if (before.fault == Fault::none || before.fault == Fault::under_way) return verdict;
  before.words =
      fmt::format("It tries for the {}. time. The time before: {}", boot.data().tries, before.words);
  return before;
}

}  // namespace rootstock::server
