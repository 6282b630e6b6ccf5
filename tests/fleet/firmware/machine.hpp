#pragma once
// What firmware finds in its board: a network card, a clock, memory for files. The firmware itself is a
// coroutine that waits here for what comes next.

#include <coroutine>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "tests/fleet/firmware/frame.hpp"
#include "tests/fleet/firmware/task.hpp"

namespace rootstock::fleet {

struct Timeout {};
/// What ends a wait.
using Event = std::variant<Timeout, Datagram, Arp, WebReply>;

class Machine {
 public:
  Machine(const BoardSpec& board, Progress& story, std::uint32_t seed, Tick now)
      : spec(board), progress(story), random(seed), now_(now) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const BoardSpec& spec;
  Progress& progress;
  std::mt19937 random;

  // The state of this firmware's stack.
  Ipv4 address, mask, router;
  Tick lease{};  ///< as udhcpc takes it; firmware does not look at it
  IpHabits habits;
  bool answers_arp = true;
  /// What comes sooner than this after our own sending is seen only when the next frame comes in, and
  /// forgotten when we send again before that (Pi 3's ROM, NETBOOT-FACTS 1.2).
  Tick deaf_after_send{0};
  std::optional<Mac> mac_when_unresolved;  ///< used when ARP gets no answer, instead of giving up (fw#859)
  std::uint16_t next_port = 40000;         ///< of the next TFTP request

  std::vector<FetchedFile> files;  ///< fetched in this boot

  Tick now() const { return now_; }
  void enter(Stage stage, std::string what);
  void note(std::string what);

  struct Wait {
    Machine& machine;
    std::optional<Tick> until;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      machine.waiting_ = handle;
      machine.wake_at_ = until;
    }
    Event await_resume() { return std::move(machine.event_); }
  };
  /// The next datagram, ARP packet for us or web reply; Timeout at `until`.
  Wait next(Tick until) { return {*this, until}; }
  Task<void> sleep(Tick duration);

  /// The cable is out, or the chip in reset: everything about addresses is forgotten.
  void reset_stack();
  void broadcast(std::uint16_t port, std::uint16_t to_port, std::vector<std::uint8_t> payload);
  void send(const Mac& to_mac, Ipv4 to, std::uint16_t port, std::uint16_t to_port,
            std::vector<std::uint8_t> payload);
  /// The hardware address behind `target` (the router's when it is elsewhere): asked `tries` times, a second
  /// apart.
  Task<std::optional<Mac>> resolve(Ipv4 target, int tries);
  Task<WebReply> web(std::string method, std::string url, bool wants_body);

  // The board's side.
  void on_frame(Bytes frame, Tick now);
  void on_timer(Tick now);
  void on_web(WebReply reply, Tick now);
  std::optional<Tick> wake_at() const { return wake_at_; }
  std::vector<Frame> take_frames() { return std::exchange(outbox_, {}); }
  std::optional<WebRequest> take_web_request() { return std::exchange(web_request_, std::nullopt); }

 private:
  void take_in(Bytes frame);
  void on_arp(const Arp& arp);
  void put_out(Frame frame);
  void resume(Event event);

  Tick now_;
  Tick sent_at_{-1};
  std::optional<Frame> held_;
  std::vector<Frame> outbox_;
  std::map<Ipv4, Mac> neighbours_;
  std::coroutine_handle<> waiting_;
  std::optional<Tick> wake_at_;
  Event event_;
  bool web_under_way_ = false;
  std::optional<WebRequest> web_request_;
};

struct DhcpReply;
/// Takes the address that an ACK gives, its mask, and the first of its routers.
void settle(Machine& machine, const DhcpReply& ack);

}  // namespace rootstock::fleet
