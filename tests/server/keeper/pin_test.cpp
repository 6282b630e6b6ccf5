#include "server/keeper/pin.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using server::Pin;

namespace {

NetworkSettings network() {
  NetworkSettings network;
  network.address = "10.77.0.1"_ip;
  network.subnet = Subnet::of(network.address, 24);
  network.router = "10.77.0.254"_ip;
  network.dns = {"10.77.0.253"_ip, "192.0.2.53"_ip};
  return network;
}

}  // namespace

TEST_CASE("a pin survives the way from the worker to the keeper", "[pin]") {
  for (const auto& pin : {Pin{"10.77.0.9"_ip, "b8:27:eb:00:00:09"_mac},
                          Pin{"255.1.2.3"_ip, "ff:ee:dd:cc:bb:aa"_mac}, Pin{"10.77.0.9"_ip, std::nullopt}})
    CHECK(server::parse_pin(server::record_of(pin)) == pin);
  const auto record = server::record_of({"10.77.0.9"_ip, "b8:27:eb:00:00:01"_mac});
  CHECK(record == server::PinRecord{10, 77, 0, 9, 0xb8, 0x27, 0xeb, 0, 0, 1});
}

TEST_CASE("a record of another size is no pin", "[pin]") {
  const auto record = server::record_of({"10.77.0.9"_ip, "b8:27:eb:00:00:09"_mac});
  CHECK_FALSE(server::parse_pin({}));
  CHECK_FALSE(server::parse_pin(std::span{record}.first(9)));
  const std::array<std::uint8_t, 11> longer{};
  CHECK_FALSE(server::parse_pin(longer));
}

TEST_CASE("the keeper pins nobody but boards of the cluster network", "[pin]") {
  const auto board = "b8:27:eb:00:00:09"_mac;
  const auto refused = [](const Pin& pin) { return !server::refusal_of(pin, network()).empty(); };
  CHECK_FALSE(refused({"10.77.0.9"_ip, board}));
  CHECK_FALSE(refused({"10.77.0.2"_ip, std::nullopt}));
  for (const auto* address : {"10.77.0.0", "10.77.0.255", "10.77.1.9", "0.0.0.0", "127.0.0.1", "224.0.0.1",
                              "10.77.0.1", "10.77.0.254", "10.77.0.253"}) {
    INFO(address);
    CHECK(refused({*Ipv4::parse(address), board}));
    CHECK(refused({*Ipv4::parse(address), std::nullopt}));
  }
  CHECK(refused({"10.77.0.9"_ip, "ff:ff:ff:ff:ff:ff"_mac}));
  CHECK(refused({"10.77.0.9"_ip, "01:00:5e:00:00:01"_mac}));
}
