#include "dhcp/leases.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;
using namespace std::chrono_literals;

namespace {

constexpr Ipv4 head{0x0a000001};
const AddressSpace three{Subnet::of(head, 24), {"10.0.0.10"_ip, "10.0.0.12"_ip}, head};
constexpr Time start{Time::duration{1'000'000h}};

Mac board(unsigned number) {
  Mac mac{{2, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}};
  mac.bytes[3] = static_cast<std::uint8_t>(number >> 16);
  return mac;
}

/// Offered and bound in one go.
std::optional<Ipv4> leases_one(LeaseBook& book, unsigned number, Time now, Time until, bool seated = false) {
  const auto address = book.offer(board(number), {}, now, now + 1min);
  if (address) book.bind(board(number), *address, until, seated);
  return address;
}

}  // namespace

TEST_CASE("addresses never used are given first, in order") {
  LeaseBook book{three};
  CHECK(leases_one(book, 1, start, start + 1h) == "10.0.0.10"_ip);
  book.release(board(1), "10.0.0.10"_ip, start);
  CHECK(leases_one(book, 2, start + 1s, start + 1h) == "10.0.0.11"_ip);
  CHECK(leases_one(book, 3, start + 1s, start + 1h) == "10.0.0.12"_ip);
}

TEST_CASE("then the address that has been free the longest") {
  LeaseBook book{three};
  leases_one(book, 1, start, start + 3h);
  leases_one(book, 2, start, start + 1h);
  leases_one(book, 3, start, start + 2h);
  CHECK_FALSE(book.offer(board(4), {}, start + 59min, start + 61min));
  CHECK(leases_one(book, 4, start + 5h, start + 9h) == "10.0.0.11"_ip);
  CHECK(leases_one(book, 5, start + 5h, start + 9h) == "10.0.0.12"_ip);
  CHECK(leases_one(book, 6, start + 5h, start + 9h) == "10.0.0.10"_ip);
  CHECK_FALSE(book.address_of(board(2)));
}

TEST_CASE("a board gets its old address back, long after its lease") {
  LeaseBook book{three};
  leases_one(book, 1, start, start + 1h);
  leases_one(book, 2, start, start + 1h);
  CHECK(book.offer(board(2), {}, start + 100h, start + 101h) == "10.0.0.11"_ip);
  CHECK(book.offer(board(1), "10.0.0.12"_ip, start + 100h, start + 101h) == "10.0.0.10"_ip);
}

TEST_CASE("a wish is granted only for an address that nobody was given") {
  LeaseBook book{three};
  CHECK(book.offer(board(1), "10.0.0.12"_ip, start, start + 1min) == "10.0.0.12"_ip);
  CHECK(book.offer(board(2), "10.0.0.12"_ip, start, start + 1min) == "10.0.0.10"_ip);
  CHECK(book.offer(board(3), "10.0.0.1"_ip, start, start + 1min) == "10.0.0.11"_ip);
}

TEST_CASE("a node's address is never given to another board") {
  LeaseBook book{three};
  leases_one(book, 1, start, start + 1h, true);
  leases_one(book, 2, start, start + 1h);
  leases_one(book, 3, start, start + 1h);
  book.release(board(1), "10.0.0.10"_ip, start);
  CHECK(leases_one(book, 4, start + 1000h, start + 2000h) == "10.0.0.11"_ip);
  CHECK(leases_one(book, 5, start + 1000h, start + 2000h) == "10.0.0.12"_ip);
  CHECK_FALSE(book.offer(board(6), {}, start + 1000h, start + 1001h));
  CHECK_FALSE(book.may_take(board(6), "10.0.0.10"_ip, start + 1000h));
  CHECK(book.offer(board(1), {}, start + 1000h, start + 1001h) == "10.0.0.10"_ip);
}

TEST_CASE("the address of a node is held from its first offer on") {
  LeaseBook book{three};
  book.offer(board(1), {}, start, start + 1min);
  book.seat("10.0.0.10"_ip);
  book.seat("10.0.0.99"_ip);  // nobody's: nothing to hold
  leases_one(book, 2, start, start + 1h);
  leases_one(book, 3, start, start + 1h);
  CHECK(leases_one(book, 4, start + 9h, start + 10h) == "10.0.0.11"_ip);
  book.withdraw(board(1), start + 9h);
  CHECK(leases_one(book, 5, start + 9h, start + 10h) == "10.0.0.12"_ip);
  CHECK_FALSE(book.offer(board(6), {}, start + 9h, start + 10h));
}

TEST_CASE("once a seat, always a seat: a later plain lease of the node does not undo it") {
  LeaseBook book{three};
  leases_one(book, 1, start, start + 1h, true);
  CHECK(book.bind(board(1), "10.0.0.10"_ip, start + 2h, false).seated);
}

TEST_CASE("an offer that is not taken up is free again when its time is over") {
  LeaseBook book{three};
  for (unsigned n = 1; n <= 3; ++n) book.offer(board(n), {}, start, start + 1min);
  CHECK_FALSE(book.may_take(board(4), "10.0.0.10"_ip, start + 59s));
  CHECK(book.offer(board(4), {}, start + 1min, start + 2min) == "10.0.0.10"_ip);
  book.withdraw(board(2), start + 1min);
  CHECK(book.offer(board(5), {}, start + 1min, start + 2min).has_value());
}

TEST_CASE("a full pool takes back the oldest of what was only offered, and not at once") {
  LeaseBook book{three};
  const auto offer = [&](unsigned number, Time now) { return book.offer(board(number), {}, now, now + 90s); };
  leases_one(book, 1, start, start + 1h);
  offer(2, start);
  offer(3, start + 2s);
  CHECK_FALSE(offer(4, start + 5s));
  CHECK(offer(4, start + 6s) == "10.0.0.11"_ip);
  CHECK_FALSE(book.address_of(board(2)));
  CHECK_FALSE(book.may_take(board(2), "10.0.0.11"_ip, start + 6s));  // it begins anew
  CHECK_FALSE(offer(5, start + 7s));
  CHECK(offer(3, start + 7s) == "10.0.0.12"_ip);  // asks again: its offer is a new one
  CHECK(offer(5, start + 12s) == "10.0.0.11"_ip);
  book.bind(board(3), "10.0.0.12"_ip, start + 1h, false);
  book.bind(board(5), "10.0.0.11"_ip, start + 1h, false);
  CHECK_FALSE(offer(6, start + 50min));
}

TEST_CASE("an offer to a node is never taken back") {
  LeaseBook book{three};
  for (unsigned number = 1; number <= 3; ++number)
    book.seat(*book.offer(board(number), {}, start, start + 90s));
  CHECK_FALSE(book.offer(board(4), {}, start + 50s, start + 140s));
}

TEST_CASE("a declined address rests") {
  LeaseBook book{three};
  leases_one(book, 1, start, start + 1h);
  const auto ended = book.decline("10.0.0.10"_ip, start, start + 10min);
  REQUIRE(ended);
  CHECK(ended->mac == board(1));
  CHECK(ended->until == start);
  CHECK(book.offer(board(1), "10.0.0.10"_ip, start, start + 1min) == "10.0.0.11"_ip);
  CHECK_FALSE(book.may_take(board(2), "10.0.0.10"_ip, start + 9min));
  leases_one(book, 1, start, start + 1h);
  leases_one(book, 2, start, start + 1h);
  CHECK_FALSE(book.offer(board(3), {}, start + 9min, start + 10min));
  CHECK(book.offer(board(3), {}, start + 10min, start + 11min) == "10.0.0.10"_ip);
}

TEST_CASE("the head, the network and the broadcast address are never given out") {
  LeaseBook book{{Subnet::of(head, 30), {"10.0.0.0"_ip, "10.0.0.3"_ip}, head}};
  CHECK(book.offer(board(1), {}, start, start + 1min) == "10.0.0.2"_ip);
  CHECK_FALSE(book.offer(board(2), {}, start, start + 1min));
}

TEST_CASE("an address is proved for the board that used it, not for the next one") {
  LeaseBook book{three};
  const auto address = *book.offer(board(1), {}, start, start + 1min);
  CHECK_FALSE(book.is_proved(address));
  book.prove(address);
  CHECK(book.is_proved(address));
  book.bind(board(1), address, start + 1h, false);
  leases_one(book, 2, start, start + 9h);
  leases_one(book, 3, start, start + 9h);
  CHECK(book.offer(board(4), {}, start + 2h, start + 3h) == address);
  CHECK_FALSE(book.is_proved(address));
}

TEST_CASE("what the disk held comes back") {
  LeaseBook book{three};
  book.restore({board(1), "10.0.0.11"_ip, start + 1h, false});
  book.restore({board(2), "10.0.0.200"_ip, start, true});  // a node from before the pool was moved
  book.restore(
      {board(3), "10.0.0.201"_ip, start + 1h, false});  // a guest from then: not ours to give any more
  book.restore({board(4), "192.168.0.7"_ip, start + 1h, true});  // the network was renumbered
  book.restore({board(5), head, start + 1h, true});
  CHECK(book.offer(board(1), {}, start, start + 1min) == "10.0.0.11"_ip);
  CHECK(book.is_proved("10.0.0.11"_ip));
  CHECK(book.offer(board(2), {}, start + 9h, start + 10h) == "10.0.0.200"_ip);
  CHECK_FALSE(book.address_of(board(3)));
  CHECK_FALSE(book.address_of(board(4)));
  CHECK_FALSE(book.address_of(board(5)));
}

TEST_CASE("an address outside the pool, once left, is nobody's to take") {
  LeaseBook book{three};
  book.restore({board(1), "10.0.0.200"_ip, start, true});
  book.bind(board(1), "10.0.0.10"_ip, start + 1h, true);
  CHECK_FALSE(book.may_take(board(2), "10.0.0.200"_ip, start + 9h));
}

TEST_CASE("two rows for one address or one board: a seat wins, else the later lease") {
  LeaseBook book{three};
  book.restore({board(1), "10.0.0.10"_ip, start + 1h, false});
  book.restore({board(2), "10.0.0.10"_ip, start + 2h, false});
  CHECK(book.address_of(board(2)) == "10.0.0.10"_ip);
  CHECK_FALSE(book.address_of(board(1)));
  book.restore({board(3), "10.0.0.10"_ip, start, true});
  book.restore({board(4), "10.0.0.10"_ip, start + 99h, false});
  CHECK(book.address_of(board(3)) == "10.0.0.10"_ip);
  book.restore({board(3), "10.0.0.11"_ip, start + 99h, false});
  CHECK(book.address_of(board(3)) == "10.0.0.10"_ip);
  book.restore({board(5), "10.0.0.11"_ip, start + 1h, false});
  book.restore({board(5), "10.0.0.12"_ip, start + 2h, false});
  CHECK(book.address_of(board(5)) == "10.0.0.12"_ip);
  CHECK(book.offer(board(6), {}, start, start + 1min) == "10.0.0.11"_ip);  // what it left is free
}

TEST_CASE("65,000 addresses: every one is given once, and a full pool turns over without a walk") {
  LeaseBook book{{Subnet::of("10.1.0.1"_ip, 16), {"10.1.2.0"_ip, "10.1.255.231"_ip}, "10.1.0.1"_ip}};
  constexpr unsigned size = 65'000;
  const auto before = std::chrono::steady_clock::now();
  std::set<Ipv4> given;
  for (unsigned n = 0; n < size; ++n) given.insert(leases_one(book, n, start, start + 1h).value());
  CHECK(given.size() == size);
  CHECK_FALSE(book.offer(board(size), {}, start, start + 1min));
  for (unsigned n = 0; n < size; ++n) REQUIRE(leases_one(book, size + n, start + 2h, start + 3h));
  // 130,000 leases in well under a second, sanitizers included; a walk over the pool would take minutes.
  CHECK(std::chrono::steady_clock::now() - before < 10s);
}

TEST_CASE("an address that is kept for a seat is nobody's until its board comes") {
  LeaseBook book{three};
  leases_one(book, 1, start, start + 12h);
  book.reserve("10.0.0.10"_ip);  // takes it from who has it
  book.reserve("10.0.0.99"_ip);  // outside of the pool
  book.reserve(head);            // none of ours to give
  CHECK_FALSE(book.address_of(board(1)));
  CHECK_FALSE(book.is_free("10.0.0.10"_ip, start));
  CHECK_FALSE(book.may_take(board(1), "10.0.0.10"_ip, start + 24h));
  CHECK(leases_one(book, 2, start, start + 1h) == "10.0.0.11"_ip);
  CHECK(leases_one(book, 3, start, start + 1h) == "10.0.0.12"_ip);
  CHECK_FALSE(leases_one(book, 4, start, start + 1h));
  REQUIRE(book.give(board(5), "10.0.0.10"_ip, start));
  CHECK_FALSE(book.is_proved("10.0.0.10"_ip));
  CHECK(book.offer(board(5), {}, start, start + 90s) == "10.0.0.10"_ip);
  CHECK(book.give(board(5), "10.0.0.10"_ip, start));
  CHECK_FALSE(book.give(board(6), "10.0.0.10"_ip, start + 24h));
  CHECK(book.give(board(6), "10.0.0.99"_ip, start));
  CHECK_FALSE(book.give(board(7), head, start));
}

TEST_CASE("an address that rests, or is leased, is given to no seat") {
  LeaseBook book{three};
  leases_one(book, 1, start, start + 1h);
  CHECK_FALSE(book.give(board(2), "10.0.0.10"_ip, start));
  book.decline("10.0.0.10"_ip, start, start + 10min);
  CHECK_FALSE(book.give(board(2), "10.0.0.10"_ip, start));
  CHECK(book.give(board(2), "10.0.0.10"_ip, start + 11min));
}

TEST_CASE("the address of a seat that is gone is others' at once") {
  LeaseBook book{three};
  for (unsigned number = 1; number <= 3; ++number) leases_one(book, number, start, start + 12h, true);
  CHECK_FALSE(leases_one(book, 4, start + 24h, start + 36h));
  book.free_seat("10.0.0.11"_ip, start);
  CHECK(leases_one(book, 4, start, start + 1h) == "10.0.0.11"_ip);
  book.free_seat("10.0.0.11"_ip, start);  // no seat's: its lease stands
  CHECK(book.address_of(board(4)) == "10.0.0.11"_ip);
}

TEST_CASE("a row without a board keeps an address over a restart") {
  LeaseBook book{three};
  book.restore({board(1), "10.0.0.10"_ip, start + 1h, false});
  book.restore({Mac{}, "10.0.0.10"_ip, {}, true});
  CHECK_FALSE(book.address_of(board(1)));
  CHECK(book.give(board(2), "10.0.0.10"_ip, start));
}
