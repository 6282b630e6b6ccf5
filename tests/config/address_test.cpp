#include "config/address.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("a MAC is read in both spellings and written in the one asked for") {
  const auto mac = Mac::parse("52:54:00:AB:cd:01");
  REQUIRE(mac);
  CHECK(Mac::parse("52-54-00-ab-cd-01") == mac);
  CHECK(mac->text() == "52:54:00:ab:cd:01");
  CHECK(mac->text('-') == "52-54-00-ab-cd-01");
  CHECK(mac->number() == 0x525400abcd01);
}

TEST_CASE("what is no MAC is refused") {
  for (const auto* text : {"", "52:54:00:ab:cd", "52:54:00:ab:cd:0g", "52:54:00-ab:cd:01", "5254.00ab.cd01",
                           "52:54:00:ab:cd:01:", "+2:54:00:ab:cd:01"})
    CHECK_FALSE(Mac::parse(text));
}

TEST_CASE("an IPv4 address is four numbers up to 255") {
  CHECK(Ipv4::parse("10.77.0.1") == Ipv4{0x0a4d0001});
  CHECK(Ipv4::parse("255.255.255.255")->text() == "255.255.255.255");
  for (const auto* text : {"", "10.77.0", "10.77.0.256", "10.77.0.1.2", "10.77..1", " 10.77.0.1",
                           "10.77.0.1/24", "0x0a.1.1.1", "10.77.0.-1"})
    CHECK_FALSE(Ipv4::parse(text));
}

TEST_CASE("a subnet knows its ends") {
  const auto subnet = Subnet::of("10.77.3.9"_ip, 22);
  CHECK(subnet.text() == "10.77.0.0/22");
  CHECK(subnet.mask() == "255.255.252.0"_ip);
  CHECK(subnet.first_host() == "10.77.0.1"_ip);
  CHECK(subnet.last_host() == "10.77.3.254"_ip);
  CHECK(subnet.broadcast() == "10.77.3.255"_ip);
  CHECK(subnet.contains("10.77.3.255"_ip));
  CHECK_FALSE(subnet.contains("10.77.4.0"_ip));
}

TEST_CASE("both ends belong to a range; one that ends before it starts is empty") {
  const AddressRange range{"10.0.0.10"_ip, "10.0.0.12"_ip};
  CHECK(range.size() == 3);
  CHECK(range.contains("10.0.0.12"_ip));
  CHECK_FALSE(range.contains("10.0.0.13"_ip));
  CHECK(AddressRange{"10.0.0.2"_ip, "10.0.0.1"_ip}.size() == 0);
  CHECK(range.text() == "10.0.0.10-10.0.0.12");
}

TEST_CASE("literals that are no address are refused") {
  CHECK_THROWS_AS("10.0.0"_ip, std::invalid_argument);
  CHECK_THROWS_AS("52:54"_mac, std::invalid_argument);
}
