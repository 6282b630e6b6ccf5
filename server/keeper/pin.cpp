#include "server/keeper/pin.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::server {

namespace {

constexpr std::uint8_t group_bit = 1;  // IEEE 802: of many, not of one

bool is_head_or_server(Ipv4 address, const NetworkSettings& network) {
  return address == network.address || address == network.router ||
         std::ranges::find(network.dns, address) != network.dns.end();
}

}  // namespace

PinRecord record_of(const Pin& pin) {
  PinRecord record{};
  for (std::size_t i = 0; i < 4; ++i)
    record[i] = static_cast<std::uint8_t>(pin.address.value >> (24 - 8 * i));
  if (pin.mac) std::ranges::copy(pin.mac->bytes, record.begin() + 4);
  return record;
}

std::optional<Pin> parse_pin(std::span<const std::uint8_t> record) {
  if (record.size() != pin_size) return std::nullopt;
  Pin pin;
  for (std::size_t i = 0; i < 4; ++i) pin.address.value = pin.address.value << 8 | record[i];
  Mac mac;
  std::ranges::copy(record.subspan(4), mac.bytes.begin());
  if (mac != Mac{}) pin.mac = mac;
  return pin;
}

std::string refusal_of(const Pin& pin, const NetworkSettings& network) {
  const auto& subnet = network.subnet;
  if (pin.address < subnet.first_host() || subnet.last_host() < pin.address)
    return fmt::format("{} is no host of {}", pin.address.text(), subnet.text());
  if (is_head_or_server(pin.address, network))
    return fmt::format("{} is the head's, the router's or a name server's", pin.address.text());
  if (pin.mac && (pin.mac->bytes[0] & group_bit) != 0)
    return fmt::format("{} is no board's hardware address", pin.mac->text());
  return {};
}

}  // namespace rootstock::server
