#include "dhcp/message.hpp"

#include <algorithm>

namespace rootstock::dhcp {

namespace {

constexpr std::uint32_t magic_cookie = 0x63825363;  // RFC 2131 3
constexpr std::size_t name_size = 64, file_size = 128;
constexpr std::size_t fixed_size = 236;
constexpr std::size_t least_size = 300;

/// Option 52: which of the fixed fields hold options instead (RFC 2132 9.3).
constexpr std::uint8_t file_holds_options = 1, name_holds_options = 2;

std::optional<ParseError> read_options(Bytes area, Options& options) {
  Reader in{area};
  while (in.left() > 0) {
    const auto code = static_cast<Code>(in.u8());
    if (code == Code::pad) continue;
    if (code == Code::end) break;
    const auto size = in.u8();
    const auto value = in.take(size);
    if (!in.ok()) return ParseError::option_overrun;
    options.append(code, value);
  }
  return std::nullopt;
}

std::string text_of(Bytes field) {
  const auto end = std::ranges::find(field, std::uint8_t{0});
  return std::string(field.begin(), end);
}

/// RFC 2131 4.1: options continue in `file`, then in `sname`. A field that holds options holds no text.
std::optional<ParseError> read_variable_part(Bytes area, Bytes name, Bytes file, Message& m) {
  if (const auto error = read_options(area, m.options)) return error;
  const auto overload = m.options.find(Code::overload);
  if (overload && overload->size() != 1) return ParseError::option_length;
  const auto held = overload ? overload->front() : 0;
  if (!(held & file_holds_options))
    m.file = text_of(file);
  else if (const auto error = read_options(file, m.options))
    return error;
  if (!(held & name_holds_options))
    m.server_name = text_of(name);
  else if (const auto error = read_options(name, m.options))
    return error;
  m.options.erase(Code::overload);
  return std::nullopt;
}

/// The sizes of the options this server acts on; whatever else a client sends is data.
bool sizes_fit(const Options& options) {
  struct Fixed {
    Code code;
    std::size_t size;
  };
  constexpr std::array fixed{Fixed{Code::message_type, 1}, Fixed{Code::requested_ip, 4},
                             Fixed{Code::server_id, 4}, Fixed{Code::lease_time, 4}, Fixed{Code::max_size, 2}};
  return std::ranges::all_of(fixed, [&](const Fixed& rule) {
    const auto value = options.find(rule.code);
    return !value || value->size() == rule.size;
  });
}

void write_text(Writer& out, std::string_view text, std::size_t field) {
  const auto kept = text.substr(0, field);
  out.bytes(Bytes{reinterpret_cast<const std::uint8_t*>(kept.data()), kept.size()});
  for (auto left = field - kept.size(); left > 0; --left) out.u8(0);
}

}  // namespace

std::string name_of(MessageType type) {
  switch (type) {
    case MessageType::discover: return "DISCOVER";
    case MessageType::offer: return "OFFER";
    case MessageType::request: return "REQUEST";
    case MessageType::decline: return "DECLINE";
    case MessageType::ack: return "ACK";
    case MessageType::nak: return "NAK";
    case MessageType::release: return "RELEASE";
    case MessageType::inform: return "INFORM";
  }
  return "type " + std::to_string(static_cast<int>(type));
}

std::string_view words_for(ParseError error) {
  switch (error) {
    case ParseError::truncated: return "truncated";
    case ParseError::no_cookie: return "not DHCP";
    case ParseError::option_overrun: return "option past the end";
    case ParseError::option_length: return "option of a wrong size";
  }
  return "unreadable";
}

std::optional<MessageType> Message::type() const {
  const auto number = options.u8(Code::message_type);
  return number ? std::optional{static_cast<MessageType>(*number)} : std::nullopt;
}

Mac Message::mac() const {
  Mac mac;
  std::copy_n(hardware.begin(), mac.bytes.size(), mac.bytes.begin());
  return mac;
}

void Message::set_mac(const Mac& mac) { std::ranges::copy(mac.bytes, hardware.begin()); }

Result<Message, ParseError> parse(Bytes bytes) {
  Message m;
  Reader in{bytes};
  m.op = in.u8();
  m.hardware_type = in.u8();
  m.hardware_length = in.u8();
  m.hops = in.u8();
  m.xid = in.u32();
  m.secs = in.u16();
  m.flags = in.u16();
  m.client_ip = Ipv4{in.u32()};
  m.your_ip = Ipv4{in.u32()};
  m.next_server = Ipv4{in.u32()};
  m.relay = Ipv4{in.u32()};
  const auto hardware = in.take(m.hardware.size());
  const auto name = in.take(name_size), file = in.take(file_size);
  const auto cookie = in.u32();
  if (!in.ok()) return tl::unexpected{ParseError::truncated};
  if (cookie != magic_cookie) return tl::unexpected{ParseError::no_cookie};
  std::ranges::copy(hardware, m.hardware.begin());
  const auto before = bytes.size() - in.left();
  if (const auto error = read_variable_part(bytes.subspan(before), name, file, m))
    return tl::unexpected{*error};
  if (!sizes_fit(m.options)) return tl::unexpected{ParseError::option_length};
  return m;
}

void emit(const Message& message, std::vector<std::uint8_t>& bytes) {
  Writer out{bytes};
  out.u8(message.op);
  out.u8(message.hardware_type);
  out.u8(message.hardware_length);
  out.u8(message.hops);
  out.u32(message.xid);
  out.u16(message.secs);
  out.u16(message.flags);
  out.u32(message.client_ip.value);
  out.u32(message.your_ip.value);
  out.u32(message.next_server.value);
  out.u32(message.relay.value);
  out.bytes(message.hardware);
  write_text(out, message.server_name, name_size);
  write_text(out, message.file, file_size);
  out.u32(magic_cookie);
  message.options.write(out);
  out.u8(static_cast<std::uint8_t>(Code::end));
  out.pad_to(least_size);
}

std::size_t wire_size(const Message& message) {
  return std::max(least_size, fixed_size + 4 + message.options.wire_size() + 1);
}

}  // namespace rootstock::dhcp
