#pragma once
// What the board of a transaction said it was. A REQUEST may say less than the DISCOVER before it: Raspberry
// Pi firmware of 2020-01 leaves option 60 out (NETBOOT-FACTS 1.1, eeprom#82, #87), and none of theirs
// sends 55.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "config/address.hpp"
#include "dhcp/dialect.hpp"

namespace rootstock::dhcp {

/// Takes the memory of its size at the start and none later; of too many boards at once the oldest are
/// forgotten.
class Transactions {
 public:
  explicit Transactions(std::size_t size = 4096) : entries_(size) {}

  struct Told {
    Dialect dialect = Dialect::plain;
    std::optional<std::uint16_t> arch;  ///< option 93
  };

  /// True when the board begins with this transaction, as far as we know.
  bool remember(const Mac& mac, std::uint32_t xid, const Told& told);
  std::optional<Told> recall(const Mac& mac, std::uint32_t xid) const;

 private:
  struct Entry {
    Mac mac;
    std::uint32_t xid = 0;
    std::uint64_t turn = 0;  ///< when it was written; 0: never
    Told told;
  };
  /// An entry is in one of this many places after the one its board's address leads to.
  static constexpr std::size_t places = 8;
  std::size_t place(const Mac& mac, std::size_t step) const;

  std::vector<Entry> entries_;
  std::uint64_t turn_ = 0;
};

}  // namespace rootstock::dhcp
