#pragma once
// NFSv4.1 compounds (RFC 8881, XDR in RFC 5662) in ONC RPC (RFC 5531): as much as a node needs to read its
// root.

#include <optional>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "tests/fleet/system/xdr.hpp"

namespace rootstock::fleet::nfs {

enum class Op : std::uint32_t {
  close = 4,
  getattr = 9,
  getfh = 10,
  lookup = 15,
  open = 18,
  putfh = 22,
  putrootfh = 24,
  read = 25,
  readdir = 26,
  exchange_id = 42,
  create_session = 43,
  destroy_session = 44,
  sequence = 53,
  destroy_clientid = 57,
  reclaim_complete = 58,
};

constexpr std::uint32_t ok = 0, no_such_file = 2;
/// "NFS4ERR_NOENT", or the number.
std::string status_name(std::uint32_t status);

using Handle = std::vector<std::uint8_t>;
using StateId = std::array<std::uint8_t, 16>;
using SessionId = std::array<std::uint8_t, 16>;

struct Slot {
  SessionId session{};
  std::uint32_t sequence = 0;  ///< of the one slot we use
};

/// Operations in order, and then the call with all of them.
class Compound {
 public:
  Compound& exchange_id(std::uint64_t verifier, std::string_view owner);
  Compound& create_session(std::uint64_t client, std::uint32_t sequence);
  Compound& destroy_session(const SessionId& session);
  Compound& destroy_clientid(std::uint64_t client);
  Compound& sequence(const Slot& slot);
  Compound& reclaim_complete();
  Compound& put_root();
  Compound& put(const Handle& handle);
  Compound& lookup(std::string_view name);
  Compound& get_handle();
  Compound& get_type_and_size();
  Compound& open(std::uint64_t client, std::string_view owner, std::string_view name);
  Compound& close(const StateId& state);
  Compound& read(const StateId& state, std::uint64_t offset, std::uint32_t count);
  Compound& readdir(std::uint64_t cookie, std::uint64_t verifier);

  /// With the record mark in front. Credentials: AUTH_SYS, root, as the kernel mounts.
  std::vector<std::uint8_t> call(std::uint32_t xid, std::string_view machine) const;

 private:
  XdrWriter& begin(Op op);

  XdrWriter operations_;
  std::uint32_t count_ = 0;
};

/// The results of a compound that went through, to be read operation by operation in the order of the call.
class Results {
 public:
  /// `reply` without its record mark. The words name the operation that failed.
  static Result<Results, std::string> parse(Bytes reply, std::uint32_t xid);

  /// Steps to the next operation; false when it is not this one, or the compound ended with an error before.
  bool next(Op op);
  /// Of the whole compound.
  std::uint32_t status() const { return status_; }

  struct Client {
    std::uint64_t id;
    std::uint32_t sequence;
  };
  Client exchange_id();
  SessionId create_session();
  void sequence();
  Handle handle();
  struct Attributes {
    std::uint32_t type = 0;  ///< 1 file, 2 folder, 5 link
    std::uint64_t size = 0;
  };
  Attributes attributes();
  StateId open();
  struct Data {
    bool end;
    Bytes bytes;
  };
  Data read();
  struct Entry {
    std::string name;
    Attributes attributes;
  };
  struct Listing {
    std::vector<Entry> entries;
    std::uint64_t cookie = 0, verifier = 0;
    bool end = false;
  };
  Listing readdir();

  bool whole() const { return in_.ok(); }

 private:
  explicit Results(Bytes bytes) : in_(bytes) {}

  XdrReader in_;
  std::uint32_t status_ = ok;
};

}  // namespace rootstock::fleet::nfs
