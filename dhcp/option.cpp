#include "dhcp/option.hpp"

#include <algorithm>
#include <array>

namespace rootstock::dhcp {

namespace {

constexpr std::size_t most_in_one = 255;

/// What every client needs comes first, so that a firmware with a small buffer finds it; the relay's option
/// is last (RFC 3046 2.1). Everything between goes by number.
constexpr std::array first_out{
    Code::message_type,      Code::server_id,   Code::lease_time, Code::renewal_time, Code::rebinding_time,
    Code::subnet_mask,       Code::router,      Code::dns,        Code::host_name,    Code::domain_name,
    Code::broadcast_address, Code::tftp_server, Code::boot_file};
constexpr std::array last_out{Code::client_id, Code::client_uuid, Code::relay_agent};

constexpr std::array<std::uint16_t, 256> make_ranks() {
  std::array<std::uint16_t, 256> ranks{};
  for (std::size_t code = 0; code < ranks.size(); ++code)
    ranks[code] = static_cast<std::uint16_t>(0x100 + code);
  std::uint16_t next = 0;
  for (const auto code : first_out) ranks[static_cast<std::uint8_t>(code)] = next++;
  next = 0x200;
  for (const auto code : last_out) ranks[static_cast<std::uint8_t>(code)] = next++;
  return ranks;
}

constexpr auto ranks = make_ranks();

constexpr std::uint16_t rank(Code code) { return ranks[static_cast<std::uint8_t>(code)]; }

}  // namespace

const Options::Entry* Options::entry(Code code) const {
  for (const auto& entry : entries_)
    if (entry.code == code) return &entry;
  return nullptr;
}

std::optional<Bytes> Options::find(Code code) const {
  const auto* found = entry(code);
  return found ? std::optional{value(*found)} : std::nullopt;
}

std::optional<std::uint8_t> Options::u8(Code code) const {
  const auto found = find(code);
  return found && found->size() == 1 ? std::optional{found->front()} : std::nullopt;
}

std::optional<std::uint16_t> Options::u16(Code code) const {
  const auto found = find(code);
  return found && found->size() == 2 ? std::optional{Reader{*found}.u16()} : std::nullopt;
}

std::optional<std::uint32_t> Options::u32(Code code) const {
  const auto found = find(code);
  return found && found->size() == 4 ? std::optional{Reader{*found}.u32()} : std::nullopt;
}

std::optional<Ipv4> Options::address(Code code) const {
  const auto value = u32(code);
  return value ? std::optional{Ipv4{*value}} : std::nullopt;
}

std::string_view Options::text(Code code) const {
  const auto found = find(code);
  if (!found) return {};
  std::string_view text{reinterpret_cast<const char*>(found->data()), found->size()};
  while (text.ends_with('\0')) text.remove_suffix(1);
  return text;
}

void Options::set(Code code, Bytes value) {
  erase(code);
  append(code, value);
}

void Options::set_u8(Code code, std::uint8_t value) { set(code, Bytes{&value, 1}); }

void Options::set_u32(Code code, std::uint32_t value) {
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
      static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  set(code, Bytes{bytes});
}

void Options::set(Code code, const std::vector<Ipv4>& addresses) {
  std::vector<std::uint8_t> bytes;
  Writer out{bytes};
  for (const auto address : addresses) out.u32(address.value);
  set(code, Bytes{bytes});
}

void Options::set(Code code, std::string_view text) {
  set(code, Bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void Options::erase(Code code) {
  std::erase_if(entries_, [code](const Entry& entry) { return entry.code == code; });
}

void Options::append(Code code, Bytes more) {
  const auto at = static_cast<std::uint32_t>(bytes_.size());
  const auto size = static_cast<std::uint32_t>(more.size());
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), code,
                                      [](const Entry& a, Code b) { return rank(a.code) < rank(b); });
  if (place == entries_.end() || place->code != code) {
    entries_.insert(place, Entry{code, at, size});
  } else if (place->at + place->size == at) {
    place->size += size;
  } else {
    bytes_.reserve(bytes_.size() + place->size + more.size());
    const auto before = bytes_.begin() + place->at;
    bytes_.insert(bytes_.end(), before, before + place->size);
    *place = Entry{code, at, place->size + size};
  }
  bytes_.insert(bytes_.end(), more.begin(), more.end());
}

std::size_t Options::wire_size() const {
  std::size_t size = 0;
  for (const auto& entry : entries_) {
    const auto parts = std::max<std::size_t>(1, (entry.size + most_in_one - 1) / most_in_one);
    size += 2 * parts + entry.size;
  }
  return size;
}

void Options::write(Writer& out) const {
  for (const auto& entry : entries_) {
    auto rest = value(entry);
    do {
      const auto part = rest.first(std::min(rest.size(), most_in_one));
      out.u8(static_cast<std::uint8_t>(entry.code));
      out.u8(static_cast<std::uint8_t>(part.size()));
      out.bytes(part);
      rest = rest.subspan(part.size());
    } while (!rest.empty());
  }
}

bool Options::operator==(const Options& other) const {
  return std::ranges::equal(entries_, other.entries_, [&](const Entry& a, const Entry& b) {
    return a.code == b.code && std::ranges::equal(value(a), other.value(b));
  });
}

}  // namespace rootstock::dhcp
