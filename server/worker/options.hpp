#pragma once
// What each server of the worker needs of the settings.

#include "config/settings.hpp"
#include "dhcp/service.hpp"
#include "dhcp/service_proxy.hpp"
#include "server/http/listener.hpp"
#include "tftp/service.hpp"

namespace rootstock::server {

dhcp::ServiceOptions dhcp_options(const Settings& settings);
dhcp::ProxyOptions proxy_options(const Settings& settings);
tftp::ServiceOptions tftp_options(const Settings& settings);

/// Who may open that socket is trusted with long lists: a thousand nodes out of a CSV file are 200 kB.
Limits admin_limits();

}  // namespace rootstock::server
