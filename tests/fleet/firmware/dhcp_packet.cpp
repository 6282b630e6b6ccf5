#include "tests/fleet/firmware/dhcp_packet.hpp"

#include <algorithm>

namespace rootstock::fleet {
namespace {

constexpr std::uint32_t magic_cookie = 0x63825363;
constexpr std::size_t fixed_size = 236;

void read_options(Bytes area, DhcpReply& reply) {
  Reader in{area};
  while (in.ok() && !in.rest().empty()) {
    const auto code = in.u8();
    if (code == 0) continue;
    if (code == option::end) return;
    const auto value = in.take(in.u8());
    if (in.ok()) reply.options.try_emplace(code, value.begin(), value.end());
  }
}

std::string up_to_nul(Bytes bytes) {
  const auto end = std::ranges::find(bytes, std::uint8_t{0});
  return {bytes.begin(), end};
}

}  // namespace

std::vector<std::uint8_t> emit(const DhcpRequest& request) {
  std::vector<std::uint8_t> packet;
  Writer out{packet};
  out.u8(1).u8(1).u8(6).u8(0).u32(request.xid).u16(request.secs).u16(request.flags);
  out.u32(request.ciaddr.value).u32(0).u32(request.siaddr.value).u32(0);
  out.bytes(request.mac.bytes).zeros(fixed_size - packet.size());
  out.u32(magic_cookie).bytes(request.options);
  if (packet.size() < request.pad_to) out.zeros(request.pad_to - packet.size());
  return packet;
}

Options& Options::add(std::uint8_t code, Bytes value) {
  Writer{bytes_}.u8(code).u8(static_cast<unsigned>(value.size())).bytes(value);
  return *this;
}
Options& Options::add(std::uint8_t code, std::initializer_list<std::uint8_t> value) {
  return add(code, Bytes{value.begin(), value.size()});
}
Options& Options::add(std::uint8_t code, std::string_view text) {
  Writer{bytes_}.u8(code).u8(static_cast<unsigned>(text.size())).text(text);
  return *this;
}
Options& Options::add(std::uint8_t code, Ipv4 address) {
  Writer{bytes_}.u8(code).u8(4).u32(address.value);
  return *this;
}
Options& Options::add(DhcpType type) { return add(option::type, {static_cast<std::uint8_t>(type)}); }
std::vector<std::uint8_t> Options::end() {
  bytes_.push_back(option::end);
  return std::move(bytes_);
}

std::string DhcpReply::text(std::uint8_t code) const {
  const auto found = options.find(code);
  return found == options.end() ? std::string{} : text_of(found->second);
}

std::optional<Ipv4> DhcpReply::address(std::uint8_t code) const {
  const auto found = options.find(code);
  if (found == options.end() || found->second.size() != 4) return std::nullopt;
  return Ipv4{Reader{found->second}.u32()};
}

std::string DhcpReply::boot_file() const {
  auto name = has(option::boot_file) ? text(option::boot_file) : file;
  while (!name.empty() && name.back() == '\0') name.pop_back();
  return name;
}

std::optional<DhcpReply> reply_in(const Datagram& datagram, std::uint32_t xid, const Mac& mac,
                                  bool overload) {
  if (datagram.target_port != dhcp_client_port && datagram.target_port != binl_port) return std::nullopt;
  Reader in{datagram.payload};
  DhcpReply reply;
  const bool reply_over_ethernet = in.u8() == 2 && in.u8() == 1 && in.u8() == 6;
  reply.hops = in.u8();
  const bool ours = in.u32() == xid;
  in.u32();  // secs, flags
  in.u32();  // ciaddr
  reply.yiaddr = Ipv4{in.u32()};
  reply.siaddr = Ipv4{in.u32()};
  reply.giaddr = Ipv4{in.u32()};
  const bool for_us = in.mac() == mac;
  in.take(10);
  const auto sname = in.take(64), file = in.take(128);
  if (in.u32() != magic_cookie || !in.ok() || !reply_over_ethernet || !ours || !for_us) return std::nullopt;
  read_options(in.rest(), reply);
  const auto overloaded = reply.options.find(option::overload);
  const unsigned areas = overload && overloaded != reply.options.end() && !overloaded->second.empty()
                             ? overloaded->second.front()
                             : 0;
  if (areas & 1) read_options(file, reply);
  if (areas & 2) read_options(sname, reply);
  if (!(areas & 1)) reply.file = up_to_nul(file);
  if (!(areas & 2)) reply.sname = up_to_nul(sname);
  if (const auto type = reply.options.find(option::type);
      type != reply.options.end() && type->second.size() == 1)
    reply.type = static_cast<DhcpType>(type->second.front());
  reply.source = datagram.source;
  reply.source_mac = datagram.source_mac;
  return reply;
}

}  // namespace rootstock::fleet
