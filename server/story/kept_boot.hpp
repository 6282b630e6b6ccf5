#pragma once
// A boot as text, for the disk: moments become times of day, and moments again in the next run of the head.

#include <optional>
#include <string>
#include <string_view>

#include "server/story/boot_data.hpp"
#include "server/story/fault.hpp"

namespace rootstock::server {

/// What of a story is shown: the same for boots of now and of before.
struct ToldStage {
  Stage stage = Stage::none;
  Time at{};
  double seconds = 0;  ///< until the next one, or until the boot ended
  std::uint64_t bytes = 0;
};
struct ToldEvent {
  Time at{};
  std::string text;
};
struct ToldBoot {
  Conclusion conclusion;
  std::string fault;  ///< its word
  std::vector<ToldStage> stages;
  std::vector<ToldEvent> events;
  std::string firmware;
  Time started{};  ///< by the same clock as the times above: it may have been set since the row got its name
};

/// What the clock on the wall showed then, if nobody has set it since.
Time wall_of(Moment moment, Clocks now);

/// `conclusion`: as it stood then. `machine`: this start of the head's machine, all of which has one steady
/// clock; "": unknown.
std::string to_text(const BootData& boot, const Conclusion& conclusion, Clocks now,
                    std::string_view machine = {});

/// The boot under way again; how long ago things were tells the steady clock, where the machine was not
/// started anew since. None: the text is not ours, or speaks of times to come, so that the clock was set back
/// and nobody knows.
std::optional<BootData> boot_in(std::string_view text, Clocks now, std::string_view machine = {});

/// For showing: `last` is when its last stage ended.
ToldBoot told_in(std::string_view text, Time last);
ToldBoot told(const BootData& boot, const Conclusion& conclusion, Clocks now);

}  // namespace rootstock::server
