#include "tftp/packet.hpp"

#include <algorithm>
#include <optional>

namespace rootstock::tftp {

namespace {

enum Opcode : std::uint16_t { rrq = 1, wrq = 2, data = 3, ack = 4, error = 5, oack = 6 };

std::uint16_t u16(Bytes in, std::size_t at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(in[at]) << 8 |
                                    std::to_integer<unsigned>(in[at + 1]));
}

/// Takes a text and its NUL off the front of `rest`; nothing when the NUL is missing.
std::optional<std::string_view> take_text(Bytes& rest) {
  const auto nul = std::find(rest.begin(), rest.end(), std::byte{0});
  if (nul == rest.end()) return std::nullopt;
  const auto size = static_cast<std::size_t>(nul - rest.begin());
  const std::string_view text{reinterpret_cast<const char*>(rest.data()), size};
  rest = rest.subspan(size + 1);
  return text;
}

/// RFC 2347. Some ROMs leave rubbish behind the last option, so a pair that is not whole ends the list.
std::vector<Option> take_options(Bytes rest) {
  std::vector<Option> options;
  while (true) {
    const auto name = take_text(rest);
    const auto value = name ? take_text(rest) : std::nullopt;
    if (!value || name->empty()) return options;
    options.push_back({*name, *value});
  }
}

Result<Request, ParseError> take_request(Bytes rest) {
  const auto name = take_text(rest);
  if (!name) return tl::unexpected{ParseError::endless_text};
  if (name->empty()) return tl::unexpected{ParseError::no_name};
  const auto mode = take_text(rest);
  if (!mode || mode->empty()) return tl::unexpected{ParseError::no_mode};
  return Request{*name, *mode, take_options(rest)};
}

/// RFC 1350 ends the text with a NUL; clients that forget it are understood all the same.
std::string_view error_text(Bytes rest) {
  if (const auto text = take_text(rest)) return *text;
  return {reinterpret_cast<const char*>(rest.data()), rest.size()};
}

class Writer {
 public:
  explicit Writer(std::uint16_t opcode) { number(opcode); }
  void number(std::uint16_t value) {
    out_.push_back(static_cast<std::byte>(value >> 8));
    out_.push_back(static_cast<std::byte>(value));
  }
  void text(std::string_view value) {
    for (const char c : value) out_.push_back(static_cast<std::byte>(c));
    out_.push_back(std::byte{0});
  }
  void options(const std::vector<Option>& options) {
    for (const auto& option : options) {
      text(option.name);
      text(option.value);
    }
  }
  void bytes(Bytes value) { out_.insert(out_.end(), value.begin(), value.end()); }
  std::vector<std::byte> take() { return std::move(out_); }

 private:
  std::vector<std::byte> out_;
};

std::vector<std::byte> written(Opcode opcode, const Request& request) {
  Writer out{opcode};
  out.text(request.name);
  out.text(request.mode);
  out.options(request.options);
  return out.take();
}

struct Emitter {
  std::vector<std::byte> operator()(const ReadRequest& p) const { return written(rrq, p); }
  std::vector<std::byte> operator()(const WriteRequest& p) const { return written(wrq, p); }
  std::vector<std::byte> operator()(const Data& p) const {
    Writer out{data};
    out.number(p.block);
    out.bytes(p.payload);
    return out.take();
  }
  std::vector<std::byte> operator()(const Ack& p) const {
    Writer out{ack};
    out.number(p.block);
    return out.take();
  }
  std::vector<std::byte> operator()(const Error& p) const {
    Writer out{error};
    out.number(static_cast<std::uint16_t>(p.code));
    out.text(p.text);
    return out.take();
  }
  std::vector<std::byte> operator()(const OptionAck& p) const {
    Writer out{oack};
    out.options(p.options);
    return out.take();
  }
};

template <class Wanted>
Result<Packet, ParseError> as_request(Bytes rest) {
  return take_request(rest).map([](Request&& request) { return Packet{Wanted{std::move(request)}}; });
}

}  // namespace

bool Data::operator==(const Data& other) const {
  return block == other.block && std::ranges::equal(payload, other.payload);
}

std::string_view text(ParseError error) {
  switch (error) {
    case ParseError::truncated: return "truncated";
    case ParseError::unknown_opcode: return "unknown opcode";
    case ParseError::endless_text: return "text without end";
    case ParseError::no_name: return "no file name";
    case ParseError::no_mode: return "no mode";
  }
  return "malformed";
}

Result<Packet, ParseError> parse(Bytes in) {
  if (in.size() < 2) return tl::unexpected{ParseError::truncated};
  const auto opcode = u16(in, 0);
  if (opcode < rrq || opcode > oack) return tl::unexpected{ParseError::unknown_opcode};
  if (opcode == rrq) return as_request<ReadRequest>(in.subspan(2));
  if (opcode == wrq) return as_request<WriteRequest>(in.subspan(2));
  if (opcode == oack) return OptionAck{take_options(in.subspan(2))};
  if (in.size() < 4) return tl::unexpected{ParseError::truncated};
  const auto number = u16(in, 2);
  if (opcode == data) return Data{number, in.subspan(4)};
  if (opcode == ack) return Ack{number};
  return Error{static_cast<ErrorCode>(number), error_text(in.subspan(4))};
}

bool looks_like_request(Bytes in) { return in.size() >= 2 && (u16(in, 0) == rrq || u16(in, 0) == wrq); }

std::vector<std::byte> emit(const Packet& packet) { return std::visit(Emitter{}, packet); }

void write_data_header(std::uint16_t block, std::byte* out) {
  out[0] = std::byte{0};
  out[1] = std::byte{data};
  out[2] = static_cast<std::byte>(block >> 8);
  out[3] = static_cast<std::byte>(block);
}

}  // namespace rootstock::tftp
