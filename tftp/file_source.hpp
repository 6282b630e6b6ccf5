#pragma once
// What a transfer needs of a file, and where files come from. server/ implements it over the boot view.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "config/address.hpp"
#include "config/result.hpp"
#include "tftp/packet.hpp"

namespace rootstock::tftp {

/// An open file; stays readable, and the same, while anyone holds it.
class File {
 public:
  virtual ~File() = default;
  virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset` on; fewer bytes only at the end of the file or when the disk failed.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

enum class Refusal : std::uint8_t { not_found, forbidden };

class FileSource {
 public:
  virtual ~FileSource() = default;
  /// `path` is relative, normalised and free of "..": see request_path.hpp. Misses are common and must be
  /// cheap.
  virtual Result<std::shared_ptr<const File>, Refusal> open(Ipv4 client, std::string_view path) = 0;
};

/// One ended transfer, for the log and the node's boot record.
struct TransferReport {
  Ipv4 client;
  std::string_view path;
  std::uint64_t bytes = 0;
  bool complete = false;
  bool probe = false;  ///< the client only asked whether the file is there, or how large (NETBOOT-FACTS 2)
  std::string_view outcome;  ///< "complete", "not found", "client gave up: <text>", "timed out" ...
  double seconds = 0;        ///< from the first packet to what the client said last
  std::uint64_t blocks = 0;  ///< that the client has acknowledged
  std::uint64_t resent = 0;  ///< that went out more than once
  bool missing = false;      ///< there is no such file
  bool begun = true;         ///< on_begun() was called for it; a refused request never begins
};

class Observer {
 public:
  virtual ~Observer() = default;
  /// A transfer began; it ends with one on_transfer(). What is refused does not begin, and is only reported.
  virtual void on_begun(Ipv4 client, std::string_view path) {
    static_cast<void>(client);
    static_cast<void>(path);
  }
  virtual void on_transfer(const TransferReport& report) = 0;
  /// A packet that could not be read. May come as fast as the wire: whoever logs it sets the pace.
  virtual void on_malformed(ParseError kind, Ipv4 from) {
    static_cast<void>(kind);
    static_cast<void>(from);
  }
};

}  // namespace rootstock::tftp
