#pragma once
// The TFTP client of one firmware: files by name from one server, each over a port of its own.

#include <optional>
#include <string>

#include "tests/fleet/firmware/machine.hpp"
#include "tests/fleet/firmware/tftp_receiver.hpp"

namespace rootstock::fleet {

struct TftpServer {
  Ipv4 address;
  Mac mac;
};

struct Fetched {
  Fetch end = Fetch::silent;
  std::string words;  ///< why it is not there
  FetchedFile file;
  std::optional<std::uint64_t> announced_size;

  bool got() const { return end == Fetch::got; }
  bool found() const { return end == Fetch::got || end == Fetch::probed; }
  std::string text() const { return {file.bytes.begin(), file.bytes.end()}; }
};

enum class Want : std::uint8_t {
  probe,  ///< whether it is there; ended with an ERROR at the first answer
  file,   ///< digest and size; the bytes too where BoardSpec::keep says so
  text,   ///< the bytes in any case: the firmware reads it
};

class TftpClient {
 public:
  TftpClient(Machine& machine, TftpServer server, TftpStyle style)
      : machine_(machine), server_(server), style_(std::move(style)) {}

  /// What it got is also added to Machine::files.
  Task<Fetched> fetch(std::string name, Want want);
  /// Gives up without a word, as firmware that is in a hurry does: asks and goes on.
  void ask_only(const std::string& name);

  TftpStyle& style() { return style_; }

 private:
  struct Talk;
  Task<void> converse(Talk& talk);
  void account(Talk& talk, Fetched& fetched);

  Machine& machine_;
  TftpServer server_;
  TftpStyle style_;
};

}  // namespace rootstock::fleet
