#pragma once
// A head of a hundred lines for tests of the boards alone: says whatever the test wants it to say.

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/fleet/firmware/bytes.hpp"
#include "tests/fleet/firmware/dhcp_packet.hpp"
#include "tests/fleet/firmware/frame.hpp"
#include "tests/fleet/firmware/sha256.hpp"
#include "tests/fleet/toys/world.hpp"

namespace rootstock::fleet::testing {

using namespace std::chrono_literals;
using namespace rootstock::literals;

inline std::string pi_menu(const std::string& text) {
  std::string menu = {6, 1, 3, 10, 4, 0, 'P', 'X', 'E', 9};
  menu += static_cast<char>(text.size() + 3);
  menu += std::string{"\0\0", 2} + static_cast<char>(text.size()) + text + "\xff";
  return menu;
}

/// One answer of the head, before it is bytes.
struct Says {
  DhcpType type = DhcpType::offer;
  Ipv4 yiaddr = "10.0.0.10"_ip, siaddr = "10.0.0.1"_ip, source = "10.0.0.1"_ip;
  std::map<std::uint8_t, std::string> options;
  std::function<void(Frame&)> spoil{};  ///< last, to the whole frame
  Tick later{0};                        ///< than the head's own delay
};

/// What a client asked, as far as the tests look at it.
struct Asked {
  Tick at{};
  std::uint32_t xid = 0;
  Mac mac;
  std::uint16_t flags = 0;
  Ipv4 siaddr;
  DhcpReply options;  ///< only `options` and `type` mean something
  std::vector<std::uint8_t> payload;
  bool to_4011 = false;
};

class ToyHead : public Head {
 public:
  Ipv4 address = "10.0.0.1"_ip;
  Mac mac = "02:00:00:00:00:01"_mac;
  std::map<std::string, std::string> files;             ///< by TFTP name, double slashes made one
  std::function<std::vector<Says>(const Asked&)> dhcp;  ///< nothing: silence
  Tick dhcp_delay{500};
  bool takes_options = true;
  std::vector<Asked> asked;
  std::vector<std::string> tftp_asked;
  std::vector<std::string> tftp_options;  ///< of each request, "tsize=0 blksize=1468"
  std::vector<std::uint16_t> tftp_ports;

  void on_frame(Bytes frame, Tick now) override;
  void on_timer(Tick now) override;
  std::optional<Tick> deadline() const override;
  std::vector<std::pair<Tick, Frame>> take_frames() override { return std::exchange(out_, {}); }
  WebReply get(const WebRequest& request) const override;

 private:
  struct Talk {
    Mac mac;
    Ipv4 client;
    std::uint16_t client_port = 0, port = 0;
    std::string content;
    std::size_t block_size = 512;
    std::uint64_t acked = 0, window = 1;
    bool oack = false;
    std::vector<std::vector<std::uint8_t>> last;
    Tick repeat_at{};
    int repeats = 0;
  };
  void on_dhcp(const Datagram& datagram, Tick now);
  void on_request(const Datagram& datagram, Tick now);
  void on_talk(const Datagram& datagram, Tick now);
  void window_out(Talk& talk, Tick now);
  void reply(const Talk& talk, const std::vector<std::uint8_t>& packet, Tick now);

  std::vector<std::pair<Tick, Frame>> out_;
  std::map<std::uint64_t, Talk> talks_;  // by client address and port
  std::uint16_t next_port_ = 50000;
};

/// A head whose files and offers suit every persona.
ToyHead good_head();
/// What the offer or ACK of a good head says to a client.
Says good_answer(const Asked& asked);

}  // namespace rootstock::fleet::testing
