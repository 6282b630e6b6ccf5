#pragma once
// A network that loses, doubles and reorders by seed, a clock that is only a number, and a client that keeps
// the RFCs.

#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tftp/transfer.hpp"

namespace rootstock::tftp::testing {

using namespace std::chrono_literals;
using Datagram = std::vector<std::byte>;

class MemoryFile : public File {
 public:
  explicit MemoryFile(std::vector<std::byte> content) : content_(std::move(content)) {}
  std::uint64_t size() const override { return content_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset >= content_.size()) return 0;
    const auto count = std::min<std::size_t>(out.size(), content_.size() - offset);
    std::memcpy(out.data(), content_.data() + offset, count);
    return count;
  }

 private:
  std::vector<std::byte> content_;
};

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

inline std::vector<std::byte> pattern(std::size_t size) {
  std::mt19937 random{static_cast<unsigned>(size)};
  std::vector<std::byte> out(size);
  for (auto& b : out) b = static_cast<std::byte>(random());
  return out;
}

struct Weather {
  double loss = 0, doubled = 0, late = 0;  ///< chance of each, for every datagram
  unsigned seed = 1;
};

/// Carries datagrams between two ends in simulated time.
class LossyLink {
 public:
  struct Arrival {
    bool to_client;
    Datagram datagram;
  };
  static constexpr Duration delay = 100us;

  explicit LossyLink(Weather weather) : weather_(weather), random_(weather.seed) {}

  void send(bool to_client, Datagram datagram, Time now) {
    if (chance(weather_.loss)) return;
    // Every datagram takes its time on the wire, so that none sent at once arrive at once.
    wire_free_ = std::max(wire_free_, now) + 1us;
    const auto at = wire_free_ + delay + (chance(weather_.late) ? 50us : 0us);
    if (chance(weather_.doubled)) under_way_.emplace(at, Arrival{to_client, datagram});
    under_way_.emplace(at, Arrival{to_client, std::move(datagram)});
  }
  Time next() const { return under_way_.empty() ? Time::max() : under_way_.begin()->first; }
  Arrival take() { return std::move(under_way_.extract(under_way_.begin()).mapped()); }

 private:
  bool chance(double p) { return p > 0 && std::uniform_real_distribution<>{}(random_) < p; }

  Weather weather_;
  std::mt19937 random_;
  std::multimap<Time, Arrival> under_way_;
  Time wire_free_{};
};

/// RFC 1350 with RFC 7440 windows, as U-Boot does it: takes blocks in order, acknowledges whole windows and,
/// once in a while, whatever comes out of order. The same block twice running says nothing.
class Fetcher {
 public:
  Fetcher(std::uint16_t block_size, std::uint16_t window) : block_size_(block_size), window_(window) {}

  std::optional<Ack> on_data(const Data& data, Time now) {
    ++packets_;
    if (data.block != static_cast<std::uint16_t>(next_)) return out_of_order(data.block, now);
    content_.insert(content_.end(), data.payload.begin(), data.payload.end());
    ++next_;
    told_ = Time{};
    finished_ = data.payload.size() < block_size_;
    return finished_ || ++in_window_ >= window_ ? std::optional{ack()} : std::nullopt;
  }
  Ack ack() {
    in_window_ = 0;
    return Ack{static_cast<std::uint16_t>(next_ - 1)};
  }

  bool finished() const { return finished_; }
  std::size_t packets() const { return packets_; }
  const std::vector<std::byte>& content() const { return content_; }

 private:
  std::optional<Ack> out_of_order(std::uint16_t block, Time now) {
    const bool same_again = block == static_cast<std::uint16_t>(next_ - 1) && in_window_ > 0;
    if (same_again || now - told_ < 5ms) return std::nullopt;
    told_ = now;
    return ack();
  }

  std::uint16_t block_size_, window_;
  std::uint64_t next_ = 1;
  int in_window_ = 0;
  Time told_{};
  bool finished_ = false;
  std::size_t packets_ = 0;
  std::vector<std::byte> content_;
};

struct Story {
  std::vector<std::byte> content;
  bool fetched = false;
  Ended how = Ended::silent;
  std::size_t packets = 0;   ///< DATA that reached the client
  std::size_t blocks = 0;    ///< DATA that was needed
  std::uint64_t resent = 0;  ///< as the transfer says itself
  Duration lasted{};
  Duration took{};
  int client_timeouts = 0;
};

/// Plays one whole transfer. The client is as patient as real ones: it repeats itself after a second.
inline Story fetch(const std::vector<std::byte>& content, const std::vector<Option>& options,
                   Weather weather) {
  Time now{1h};
  const Time begin = now;
  auto file = std::make_shared<MemoryFile>(content);
  auto terms = negotiate(options, content.size(), Limits{}).value();
  Fetcher client{terms.block_size, terms.window};
  const auto block_size = terms.block_size;
  Transfer transfer{file, std::move(terms), now};
  LossyLink link{weather};
  Story story;
  Time client_wakes = now + 1s;
  std::vector<std::byte> room(1 << 16);

  while (!transfer.done() && now < begin + 10min) {
    if (const auto size = transfer.wants_room(); size > 0) {
      const auto burst = transfer.write(std::span{room}.first(size), now);
      for (std::size_t at = 0; at < burst.size; at += burst.segment) {
        const auto one = std::span{room}.subspan(at, std::min(burst.segment, burst.size - at));
        link.send(true, Datagram(one.begin(), one.end()), now);
      }
      continue;
    }
    now = std::min({link.next(), transfer.deadline(), client.finished() ? Time::max() : client_wakes});
    if (now == client_wakes && !client.finished()) {
      ++story.client_timeouts;
      client_wakes = now + 1s;
      link.send(false, emit(client.ack()), now);
    } else if (now == link.next()) {
      const auto [to_client, datagram] = link.take();
      const auto packet = parse(datagram).value();
      if (!to_client) {
        transfer.on_ack(std::get<Ack>(packet).block, now);
        continue;
      }
      std::optional<Ack> answer;
      if (const auto* data = std::get_if<Data>(&packet))
        answer = client.on_data(*data, now);
      else if (client.content().empty())
        answer = Ack{0};
      client_wakes = now + 1s;
      if (answer) link.send(false, emit(*answer), now);
      if (client.finished() && !story.fetched) story.took = now - begin;
      story.fetched = client.finished();
    } else {
      transfer.on_deadline(now);
    }
  }
  story.how = transfer.done() ? transfer.how() : Ended::silent;
  story.resent = transfer.blocks_resent();
  story.lasted = transfer.lasted();
  story.content = client.content();
  story.packets = client.packets();
  story.blocks = content.size() / block_size + 1;
  return story;
}

}  // namespace rootstock::tftp::testing
