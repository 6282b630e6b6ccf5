#pragma once
// What would become of nodes that are up if the head served another network (logic): their root is mounted
// from the head's address, and their own address stays theirs until they boot.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "config/settings.hpp"

namespace rootstock::server {

/// The part of a node's row that counts here.
struct Seated {
  std::string name;
  Ipv4 address;
  std::chrono::system_clock::time_point last_heard{};
};

/// Not admission's Place: what the head served when it ran last: "10.77.0.1/24".
struct HeadPlace {
  Ipv4 head;
  int prefix = 0;

  static std::optional<HeadPlace> parse(std::string_view text);
  static HeadPlace of(const NetworkSettings& network) { return {network.address, network.subnet.prefix}; }
  std::string text() const;
  bool operator==(const HeadPlace&) const = default;
};

/// May a node keep this address in that network?
bool fits(Ipv4 address, const NetworkSettings& network);

/// Nodes that are taken to be up, and that these settings would cut off. `before`: none when it was never
/// kept. Up is who was heard within `root_patience` and a few minutes: later a node without a head has
/// rebooted itself.
std::vector<Seated> cut_off(const Settings& settings, const std::optional<HeadPlace>& before,
                            const std::vector<Seated>& nodes, std::chrono::system_clock::time_point now);

/// Who is affected, and what to do.
Failure refusal(const Settings& settings, const std::optional<HeadPlace>& before,
                const std::vector<Seated>& affected);

}  // namespace rootstock::server
