#include "server/links/spanning_tree.hpp"

#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>

#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;

/// To 01:80:c2:00:00:00, with LLC 42 42: `tcpdump -dd` writes the same for "stp". The frame is seen from its
/// Ethernet header on.
constexpr std::array bridges_only{
    sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0180c200, 0, 5),
    sock_filter BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x0000, 0, 3),
    sock_filter BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 14),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x4242, 0, 1),
    sock_filter BPF_STMT(BPF_RET | BPF_K, 256),
    sock_filter BPF_STMT(BPF_RET | BPF_K, 0),
};

/// Two ends of one cable in one switch bring more of them than anybody can read; DHCP wants its turn as well.
constexpr int frames_at_once = 16;

bool narrow(int ear) {
  auto filter = bridges_only;
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::setsockopt(ear, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

/// A network card passes on only the groups that somebody asked for.
bool join_bridges(int ear, int index) {
  packet_mreq group{};
  group.mr_ifindex = index;
  group.mr_type = PACKET_MR_MULTICAST;
  group.mr_alen = all_bridges.size();
  std::memcpy(group.mr_address, all_bridges.data(), all_bridges.size());
  return ::setsockopt(ear, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

bool bind_to(int ear, int index) {
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(ETH_P_802_2);
  here.sll_ifindex = index;
  return ::bind(ear, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
}

}  // namespace

int open_bridge_ear(const std::string& interface) {
  const auto index = static_cast<int>(::if_nametoindex(interface.c_str()));
  // Protocol 0 until the filter is there: nothing else is let in meanwhile.
  const int ear = index == 0 ? -1 : ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (ear < 0) return -1;
  if (narrow(ear) && join_bridges(ear, index) && bind_to(ear, index)) return ear;
  const int error = errno;
  ::close(ear);
  errno = error;
  return -1;
}

std::optional<Bpdu> next_bpdu(int ear) {
  std::array<std::uint8_t, 256> frame{};
  for (int turn = 0; turn < frames_at_once; ++turn) {
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    const auto size =
        ::recvfrom(ear, frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size <= 0) return std::nullopt;
    if (from.sll_pkttype == PACKET_OUTGOING) continue;  // this machine's own bridge
    if (auto bpdu = parse_bpdu(std::span{frame}.first(static_cast<std::size_t>(size)))) return bpdu;
  }
  return std::nullopt;
}

struct SpanningTreeListener::Impl {
  explicit Impl(asio::io_context& loop) : ear(loop) {}

  void wait() {
    ear.async_wait(asio::posix::descriptor_base::wait_read, [this](boost::system::error_code error) {
      if (error) return;
      if (const auto bpdu = next_bpdu(ear.native_handle())) hear(*bpdu);
      wait();
    });
  }

  void hear(const Bpdu& bpdu) {
    if (!heard)
      log::info(
          "the switch runs a spanning tree: bridge {} was heard; a board's port may pass nothing for {} s",
          bpdu.bridge.text(), std::chrono::duration_cast<std::chrono::seconds>(bpdu.deaf()).count());
    heard = bpdu;
  }

  asio::posix::stream_descriptor ear;
  std::optional<Bpdu> heard;
};

SpanningTreeListener::SpanningTreeListener(asio::io_context& loop) : impl_(std::make_unique<Impl>(loop)) {}
SpanningTreeListener::~SpanningTreeListener() = default;

Result<void, Failure> SpanningTreeListener::open(const std::string& interface) {
  const int ear = open_bridge_ear(interface);
  if (ear < 0)
    return fail(fmt::format("cannot listen for spanning tree on {}: {}", interface, std::strerror(errno)),
                "start rootstock as root");
  impl_->ear.assign(ear);
  return {};
}

void SpanningTreeListener::start() {
  if (impl_->ear.is_open()) impl_->wait();
}

void SpanningTreeListener::stop() {
  if (impl_->ear.is_open()) impl_->ear.cancel();
}

std::optional<Bpdu> SpanningTreeListener::heard() const { return impl_->heard; }

}  // namespace rootstock::server
