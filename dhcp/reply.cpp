#include "dhcp/reply.hpp"

#include <algorithm>
#include <array>

namespace rootstock::dhcp {

namespace {

constexpr std::size_t ip_and_udp = 28;
constexpr std::uint16_t least_datagram = 576;  // RFC 2131 2: every client takes this much
constexpr std::uint16_t most_datagram = 1500;  // EDK2 asks with 57 = 0xFF00, a byte-order slip; and no
                                               // firmware puts fragments together
}  // namespace

Message reply_to(const Message& question, MessageType type, Ipv4 head) {
  Message reply;
  reply.op = boot_reply;
  reply.hardware_type = question.hardware_type;
  reply.hardware_length = question.hardware_length;
  reply.xid = question.xid;
  reply.flags = question.flags;
  reply.relay = question.relay;
  reply.hardware = question.hardware;
  if (type == MessageType::ack) reply.client_ip = question.client_ip;
  // A relay must broadcast a NAK: the client's address may be of a wrong network (RFC 2131 4.3.2).
  if (type == MessageType::nak && !question.relay.unset()) reply.flags |= broadcast_flag;
  reply.options.set_u8(Code::message_type, static_cast<std::uint8_t>(type));
  reply.options.set(Code::server_id, head);
  // RFC 6842 (client identifier), RFC 4578 2.3 (UUID), RFC 3046 2.2 (relay agent information).
  for (const auto code : {Code::client_id, Code::client_uuid, Code::relay_agent})
    if (const auto value = question.options.find(code)) reply.options.set(code, *value);
  return reply;
}

Destination destination_of(const Message& question, const Message& reply) {
  // RFC 2131 4.1, in its order.
  if (!question.relay.unset()) return {Route::relay, question.relay, {}};
  constexpr Ipv4 everybody{0xffffffff};
  if (reply.type() == MessageType::nak) return {Route::broadcast, everybody, {}};
  // Who DISCOVERs has no address (table 5), whatever it says: a forged one must not have us send to strangers.
  const bool has_address = reply.type() != MessageType::offer && !question.client_ip.unset();
  if (has_address) return {Route::client, question.client_ip, {}};
  if (question.broadcast() || reply.your_ip.unset()) return {Route::broadcast, everybody, {}};
  return {Route::hardware, reply.your_ip, question.mac()};
}

std::size_t size_limit(const Message& question, std::uint16_t largest) {
  const auto asked = question.options.u16(Code::max_size).value_or(least_datagram);
  return std::min(std::clamp(asked, least_datagram, most_datagram), largest) - ip_and_udp;
}

void trim(Message& reply, std::size_t limit) {
  // A boot file's name is also in `file`.
  constexpr std::array expendable{Code::message, Code::broadcast_address, Code::domain_name,
                                  Code::dns,     Code::boot_file,         Code::host_name};
  for (const auto code : expendable) {
    if (wire_size(reply) <= limit) return;
    if (code != Code::boot_file || !reply.file.empty()) reply.options.erase(code);
  }
}

}  // namespace rootstock::dhcp
