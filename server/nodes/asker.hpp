#pragma once
// What is known of the board on a seat, in the words of dhcp/ and of the boot view.

#include <string_view>

#include "dhcp/dialect.hpp"
#include "server/boot/boot_name.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

/// The dialect that dhcp::name_of() gives these words; `unknown` for others.
dhcp::Dialect dialect_named(std::string_view words);

inline dhcp::Dialect dialect_of(const NodeRecord& record) { return dialect_named(record.dialect); }

Asker asker_of(const NodeRecord& record);

}  // namespace rootstock::server
