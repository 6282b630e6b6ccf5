#include "tests/fleet/system/nfs_codec.hpp"

#include <algorithm>

namespace rootstock::fleet::nfs {
namespace {

constexpr std::uint32_t program = 100003, version = 4, minor_version = 1;
constexpr std::uint32_t auth_none = 0, auth_sys = 1;
constexpr std::uint32_t type_bit = 1 << 1, size_bit = 1 << 4;  // FATTR4_TYPE, FATTR4_SIZE
constexpr std::uint32_t largest = 1'049'620;                   // what Linux asks for: 1 MiB and its headers

void credentials(XdrWriter& out, std::string_view machine) {
  XdrWriter sys;
  sys.u32(0).text(machine).u32(0).u32(0).u32(0);  // stamp, machine, uid, gid, no further groups
  out.u32(auth_sys).opaque(sys.bytes());
  out.u32(auth_none).u32(0);
}

void channel(XdrWriter& out) {
  constexpr std::uint32_t cached = 4096, operations = 8, requests = 1;
  out.u32(0).u32(largest).u32(largest).u32(cached).u32(operations).u32(requests).u32(0);
}

}  // namespace

std::string status_name(std::uint32_t status) {
  switch (status) {
    case 1: return "NFS4ERR_PERM";
    case no_such_file: return "NFS4ERR_NOENT";
    case 5: return "NFS4ERR_IO";
    case 13: return "NFS4ERR_ACCESS";
    case 20: return "NFS4ERR_NOTDIR";
    case 70: return "NFS4ERR_STALE";
    case 10008: return "NFS4ERR_DELAY";
    case 10013: return "NFS4ERR_GRACE";
    case 10021: return "NFS4ERR_MINOR_VERS_MISMATCH";
    case 10022: return "NFS4ERR_STALE_CLIENTID";
    case 10052: return "NFS4ERR_BADSESSION";
    case 10063: return "NFS4ERR_SEQ_MISORDERED";
    default: return "NFS error " + std::to_string(status);
  }
}

XdrWriter& Compound::begin(Op op) {
  ++count_;
  return operations_.u32(static_cast<std::uint32_t>(op));
}

Compound& Compound::exchange_id(std::uint64_t verifier, std::string_view owner) {
  constexpr std::uint32_t non_pnfs = 0x00010000, protect_none = 0;
  begin(Op::exchange_id).u64(verifier).text(owner).u32(non_pnfs).u32(protect_none).u32(0);
  return *this;
}

Compound& Compound::create_session(std::uint64_t client, std::uint32_t sequence) {
  auto& out = begin(Op::create_session).u64(client).u32(sequence).u32(0);  // no back channel: no delegations
  channel(out);
  channel(out);
  out.u32(0x40000000).u32(1).u32(auth_none);
  return *this;
}

Compound& Compound::destroy_session(const SessionId& session) {
  begin(Op::destroy_session).fixed(session);
  return *this;
}

Compound& Compound::destroy_clientid(std::uint64_t client) {
  begin(Op::destroy_clientid).u64(client);
  return *this;
}

Compound& Compound::sequence(const Slot& slot) {
  begin(Op::sequence).fixed(slot.session).u32(slot.sequence).u32(0).u32(0).u32(0);
  return *this;
}

Compound& Compound::reclaim_complete() {
  begin(Op::reclaim_complete).u32(0);
  return *this;
}

Compound& Compound::put_root() {
  begin(Op::putrootfh);
  return *this;
}

Compound& Compound::put(const Handle& handle) {
  begin(Op::putfh).opaque(handle);
  return *this;
}

Compound& Compound::lookup(std::string_view name) {
  begin(Op::lookup).text(name);
  return *this;
}

Compound& Compound::get_handle() {
  begin(Op::getfh);
  return *this;
}

Compound& Compound::get_type_and_size() {
  begin(Op::getattr).u32(1).u32(type_bit | size_bit);
  return *this;
}

Compound& Compound::open(std::uint64_t client, std::string_view owner, std::string_view name) {
  constexpr std::uint32_t for_reading = 1, deny_none = 0, no_create = 0, claim_null = 0;
  begin(Op::open).u32(0).u32(for_reading).u32(deny_none).u64(client).text(owner);
  operations_.u32(no_create).u32(claim_null).text(name);
  return *this;
}

Compound& Compound::close(const StateId& state) {
  begin(Op::close).u32(0).fixed(state);
  return *this;
}

Compound& Compound::read(const StateId& state, std::uint64_t offset, std::uint32_t count) {
  begin(Op::read).fixed(state).u64(offset).u32(count);
  return *this;
}

Compound& Compound::readdir(std::uint64_t cookie, std::uint64_t verifier) {
  constexpr std::uint32_t names = 8192, all = 65536;
  begin(Op::readdir).u64(cookie).u64(verifier).u32(names).u32(all).u32(1).u32(type_bit | size_bit);
  return *this;
}

std::vector<std::uint8_t> Compound::call(std::uint32_t xid, std::string_view machine) const {
  constexpr std::uint32_t is_call = 0, rpc_version = 2, compound = 1;
  XdrWriter body;
  body.u32(xid).u32(is_call).u32(rpc_version).u32(program).u32(version).u32(compound);
  credentials(body, machine);
  body.text("").u32(minor_version).u32(count_).fixed(operations_.bytes());
  XdrWriter whole;
  constexpr std::uint32_t last_fragment = 0x80000000;
  whole.u32(last_fragment | static_cast<std::uint32_t>(body.bytes().size())).fixed(body.bytes());
  return whole.bytes();
}

Result<Results, std::string> Results::parse(Bytes reply, std::uint32_t xid) {
  constexpr std::uint32_t is_reply = 1;
  Results results(reply);
  auto& in = results.in_;
  const auto answers = in.u32();
  const bool accepted = in.u32() == is_reply && in.u32() == 0;
  in.u32();  // the verifier's flavour
  in.opaque();
  const auto accept_status = in.u32();
  if (!in.ok() || !accepted || answers != xid)
    return tl::unexpected<std::string>("the answer is no RPC reply to us");
  if (accept_status != 0)
    return tl::unexpected<std::string>("RPC refused with status " + std::to_string(accept_status));
  results.status_ = in.u32();
  in.text();
  in.u32();  // how many results
  if (!in.ok()) return tl::unexpected<std::string>("the RPC reply is cut short");
  return results;
}

bool Results::next(Op op) {
  const auto number = in_.u32();
  const auto status = in_.u32();
  if (status != ok && status_ == ok) status_ = status;
  return in_.ok() && number == static_cast<std::uint32_t>(op) && status == ok;
}

Results::Client Results::exchange_id() {
  const auto id = in_.u64();
  return {id, in_.u32()};
}

SessionId Results::create_session() {
  SessionId id{};
  const auto bytes = in_.fixed(id.size());
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return id;
}

void Results::sequence() {
  in_.fixed(SessionId{}.size());
  for (int number = 0; number < 5; ++number) in_.u32();
}

Handle Results::handle() {
  const auto bytes = in_.opaque();
  return {bytes.begin(), bytes.end()};
}

Results::Attributes Results::attributes() {
  const auto words = in_.u32();
  std::uint32_t present = 0;
  for (std::uint32_t word = 0; word < words && in_.ok(); ++word) {
    const auto bits = in_.u32();
    if (word == 0) present = bits;
  }
  XdrReader values(in_.opaque());
  Attributes attributes;
  if (present & type_bit) attributes.type = values.u32();
  if (present & size_bit) attributes.size = values.u64();
  return attributes;
}

StateId Results::open() {
  StateId id{};
  const auto bytes = in_.fixed(id.size());
  std::copy(bytes.begin(), bytes.end(), id.begin());
  in_.fixed(4 + 8 + 8 + 4);  // change_info, rflags
  for (auto words = in_.u32(); words > 0 && in_.ok(); --words) in_.u32();
  in_.u32();  // no delegation: we gave no back channel
  return id;
}

Results::Data Results::read() {
  const bool end = in_.u32() != 0;
  return {end, in_.opaque()};
}

Results::Listing Results::readdir() {
  Listing listing;
  listing.verifier = in_.u64();
  while (in_.u32() != 0 && in_.ok()) {
    listing.cookie = in_.u64();
    auto name = in_.text();
    listing.entries.push_back({std::move(name), attributes()});
  }
  listing.end = in_.u32() != 0;
  return listing;
}

}  // namespace rootstock::fleet::nfs
