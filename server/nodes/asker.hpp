#pragma once
// What is known of the board on a seat, in the words of dhcp/ and of the boot view.

#include "dhcp/dialect.hpp"
#include "server/boot/boot_name.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

inline dhcp::Dialect dialect_of(const NodeRecord& record) { return dhcp::dialect_named(record.dialect); }

Asker asker_of(const NodeRecord& record);

}  // namespace rootstock::server
