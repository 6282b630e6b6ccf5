// Clients that say anything in any order, packets that cannot be sent, and time that passes. Property: every
// datagram // can be read back, no block is longer than a frame, and silence ends every transfer in a bounded
// time.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "tftp/conversations.hpp"

using namespace rootstock;
using namespace rootstock::tftp;
using namespace std::chrono_literals;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Zeros : File {
  explicit Zeros(std::uint64_t bytes) : size_(bytes) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - offset));
    std::ranges::fill(out.first(count), std::byte{0});
    return count;
  }
  std::uint64_t size_;
};

struct Shelf : FileSource {
  Result<std::shared_ptr<const File>, Refusal> open(Ipv4, std::string_view path) override {
    constexpr std::array<std::uint64_t, 4> sizes{0, 511, 1024, 100'000};
    if (path.size() != 1 || path[0] < '0' || path[0] > '3') return tl::unexpected{Refusal::not_found};
    return std::make_shared<Zeros>(sizes[static_cast<std::size_t>(path[0] - '0')]);
  }
};

struct Deaf : Observer {
  void on_transfer(const TransferReport&) override {}
};

struct Wire : Outlet {
  std::vector<std::byte> bytes;
  std::size_t sent = 0;
  std::span<std::byte> room(std::size_t size) override {
    bytes.assign(size, std::byte{0xee});
    return bytes;
  }
  void post(int port, Client, Burst burst) override {
    require(port >= 0 && port < 2 && burst.size <= bytes.size() && burst.segment > 0);
    for (std::size_t at = 0; at < burst.size; at += burst.segment, ++sent) {
      const auto one = std::span{bytes}.subspan(at, std::min(burst.segment, burst.size - at));
      const auto packet = parse(one).value();
      if (const auto* data = std::get_if<Data>(&packet)) require(data->payload.size() <= 1468);
    }
  }
};

class Site {
 public:
  /// Four bytes are one event: what, from whom, and a number.
  void happens(std::uint8_t what, std::uint8_t who, std::uint16_t number) {
    const Client client{Ipv4{0x0a000002}, static_cast<std::uint16_t>(1 + (who & 3))};
    const int port = who >> 7;
    switch (what % 6) {
      case 0: return server_.on_request(client, emit(request(number)), now_);
      case 1: return server_.on_packet(port, client, emit(Ack{number}), now_);
      case 2:
        return server_.on_packet(port, client, emit(Ack{static_cast<std::uint16_t>(number >> 8)}), now_);
      case 3: return server_.on_packet(port, client, emit(Error{ErrorCode{number}, "enough"}), now_);
      case 4: return server_.on_unsent(client, now_);
      default: return pass(std::chrono::milliseconds{number % 4096});
    }
  }

  void fall_silent() {
    const auto before = wire_.sent;
    const auto running = server_.running();
    while (server_.next_deadline() != Time::max()) pass(1s);
    require(server_.running() == 0);
    require(wire_.sent - before <= running * 64 * 100);  // a whole window per try, and few tries
  }

 private:
  ReadRequest request(std::uint16_t number) const {
    static constexpr std::array<std::string_view, 5> files{"0", "1", "2", "3", "4"};
    static constexpr std::array<std::string_view, 4> block_sizes{"8", "512", "1468", "65464"};
    static constexpr std::array<std::string_view, 4> windows{"1", "4", "64", "65535"};
    ReadRequest r{{files[number % 5], (number & 0x8000) ? "netascii" : "octet", {}}};
    if (number & 0x10) r.options.push_back({"blksize", block_sizes[number >> 5 & 3]});
    if (number & 0x80) r.options.push_back({"windowsize", windows[number >> 8 & 3]});
    if (number & 0x400) r.options.push_back({"timeout", "1"});
    if (number & 0x800) r.options.push_back({"tsize", "0"});
    return r;
  }

  void pass(Duration time) {
    now_ += time;
    server_.on_time(now_);
  }

  Shelf shelf_;
  Deaf deaf_;
  Wire wire_;
  Conversations server_{shelf_, deaf_, wire_, Limits{}, 2};
  Time now_{1h};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Site site;
  for (; size >= 4; data += 4, size -= 4)
    site.happens(data[0], data[1], static_cast<std::uint16_t>(data[2] << 8 | data[3]));
  site.fall_silent();
  return 0;
}
