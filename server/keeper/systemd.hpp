#pragma once
// Word to systemd, by hand: one datagram (sd_notify(3)).

#include <string_view>

namespace rootstock::server {

/// Sends `state` ("READY=1", "STATUS=..."); does nothing when systemd did not ask for it.
void notify_systemd(std::string_view state);

}  // namespace rootstock::server
