#pragma once
// Does this machine's own network set-up run a DHCP server on the cluster interface? Judged by the text of
// its files (logic); sharing_check.cpp reads them.

#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "server/host/finding.hpp"

namespace rootstock::server {

/// A profile of NetworkManager with `method=shared` ("share with other computers"): it starts a dnsmasq.
std::optional<Finding> judge_networkmanager(const std::string& file, std::string_view text,
                                            const NetworkSettings& network);

/// A .network file of systemd-networkd with `DHCPServer=yes`.
std::optional<Finding> judge_networkd(const std::string& file, std::string_view text,
                                      const NetworkSettings& network);

/// ConnMan's settings with tethering of a cable switched on.
std::optional<Finding> judge_connman(const std::string& file, std::string_view text,
                                     const NetworkSettings& network);

}  // namespace rootstock::server
