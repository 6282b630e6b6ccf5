#include "server/nodes/asker.hpp"

namespace rootstock::server {

Asker asker_of(const NodeRecord& record) {
  return {record.mac, record.serial, dhcp::is_raspberry_pi(dialect_of(record))};
}

}  // namespace rootstock::server
