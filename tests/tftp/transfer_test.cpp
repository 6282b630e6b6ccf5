// The rules of one transfer, told as conversations.
#include "tftp/transfer.hpp"

#include "tests/support/catch.hpp"
#include "tests/tftp/lossy_link.hpp"

using namespace rootstock::tftp;
using namespace rootstock::tftp::testing;

namespace {

/// A transfer and what it says: block numbers, or "oack", or "" for silence.
struct Talk {
  Time now{1h};
  Transfer transfer;

  Talk(std::size_t size, const std::vector<Option>& options)
      : transfer(std::make_shared<MemoryFile>(pattern(size)), negotiate(options, size, Limits{}).value(),
                 now) {}

  std::string says() {
    const auto size = transfer.wants_room();
    if (size == 0) return "";
    std::vector<std::byte> room(size);
    const auto burst = transfer.write(room, now);
    if (burst.size == 0) return "";
    const auto first = parse(std::span{room}.first(std::min(burst.size, burst.segment))).value();
    if (std::holds_alternative<OptionAck>(first)) return "oack";
    const auto block = std::get<Data>(first).block;
    const auto count = (burst.size + burst.segment - 1) / burst.segment;
    const auto from = std::to_string(block);
    return count == 1 ? from : from + "-" + std::to_string(static_cast<std::uint16_t>(block + count - 1));
  }
  std::string hears(std::uint16_t block) {
    transfer.on_ack(block, now);
    return says();
  }
  std::string waits(Duration time) {
    now += time;
    transfer.on_deadline(now);
    return says();
  }
};

const std::vector<Option> window4{{"windowsize", "4"}};

}  // namespace

TEST_CASE("without options the first block answers the request") {
  Talk talk{1000, {}};
  CHECK(talk.says() == "1");
  CHECK(talk.hears(1) == "2");
  CHECK(talk.hears(2) == "");
  CHECK(talk.transfer.done());
  CHECK(talk.transfer.how() == Ended::complete);
  CHECK(talk.transfer.bytes_acknowledged() == 1000);
}

TEST_CASE("with options the OACK waits for ACK 0") {
  Talk talk{1000, {{"tsize", "0"}}};
  CHECK(talk.says() == "oack");
  CHECK(talk.hears(7) == "");
  CHECK(talk.hears(0) == "1");
}

TEST_CASE("a file of whole blocks ends with an empty one") {
  Talk talk{1024, {}};
  CHECK(talk.says() == "1");
  CHECK(talk.hears(1) == "2");
  CHECK(talk.hears(2) == "3");
  CHECK(!talk.transfer.done());
  CHECK(talk.hears(3) == "");
  CHECK(talk.transfer.done());
}

TEST_CASE("the same ACK three times brings the next block once (RFC 1123 4.2.3.1)") {
  Talk talk{5000, {}};
  talk.says();
  CHECK(talk.hears(1) == "2");
  CHECK(talk.hears(1) == "");
  talk.now += 5ms;
  CHECK(talk.hears(1) == "");
}

TEST_CASE("ACKs from the past and from nowhere are let pass") {
  Talk talk{500'000, {}};
  talk.says();
  for (std::uint16_t block = 1; block < 10; ++block) talk.hears(block);
  CHECK(talk.hears(3) == "");
  CHECK(talk.hears(40000) == "");
  CHECK(talk.hears(11) == "");
  CHECK(talk.hears(10) == "11");
}

TEST_CASE("an ACK from inside the window sends again from there (RFC 7440)") {
  Talk talk{50'000, window4};
  CHECK(talk.says() == "oack");
  talk.now += 1ms;
  CHECK(talk.hears(0) == "1-4");
  talk.now += 1ms;
  CHECK(talk.hears(2) == "3-6");
  talk.now += 1ms;
  CHECK(talk.hears(6) == "7-10");
}

TEST_CASE("an ACK that cannot yet answer the last window only opens it further") {
  Talk talk{50'000, window4};
  talk.says();
  talk.now += 10ms;
  CHECK(talk.hears(0) == "1-4");
  talk.now += 10ms;
  CHECK(talk.hears(2) == "3-6");
  talk.now += 10us;  // much sooner than a round trip
  CHECK(talk.hears(3) == "7");
}

TEST_CASE("a repeated ACK rewinds a window once") {
  Talk talk{50'000, window4};
  talk.says();
  talk.now += 1ms;
  CHECK(talk.hears(0) == "1-4");
  talk.now += 1ms;
  CHECK(talk.hears(0) == "1-4");
  talk.now += 1ms;
  CHECK(talk.hears(0) == "");
}

TEST_CASE("an ACK brought by a needless copy of the last window rewinds nothing") {
  Talk talk{50'000, window4};
  talk.says();
  talk.now += 1ms;
  CHECK(talk.hears(0) == "1-4");
  CHECK(talk.waits(30ms) == "1-4");  // the client was only busy
  talk.now += 1ms;
  CHECK(talk.hears(4) == "5-8");
  talk.now += 1ms;
  CHECK(talk.hears(4) == "");  // its answer to the copy
  CHECK(talk.hears(8) == "9-12");
}

TEST_CASE("silence is answered sooner the faster the client was") {
  Talk talk{50'000, {{"tsize", "0"}}};
  talk.says();
  CHECK(talk.waits(200ms) == "");  // no measurement yet: 250 ms
  CHECK(talk.waits(50ms) == "oack");
  talk.hears(0);
  talk.now += 200us;
  CHECK(talk.hears(1) == "2");
  CHECK(talk.waits(20ms) == "");  // the round trip, and 20 ms of slack
  CHECK(talk.waits(1ms) == "2");
  CHECK(talk.waits(39ms) == "");  // twice that
  CHECK(talk.waits(2ms) == "2");
}

TEST_CASE("the client's timeout option is the longest wait, and a lost block is sent again sooner") {
  Talk talk{50'000, {{"timeout", "1"}}};
  talk.says();
  talk.now += 1ms;
  talk.hears(0);
  CHECK(talk.waits(100ms) == "1");  // U-Boot asks for 5 s: too long for every block that a wire loses
  for (int doubled = 0; doubled < 6; ++doubled) talk.waits(1s);
  CHECK(talk.waits(1s) == "1");
  CHECK(talk.waits(1s) == "1");
}

TEST_CASE("a silent client is given up after a bounded time") {
  Talk talk{50'000, {}};
  talk.says();
  int sent = 0;
  for (int i = 0; i < 10'000 && !talk.transfer.done(); ++i) sent += talk.waits(10ms).empty() ? 0 : 1;
  CHECK(talk.transfer.done());
  CHECK(talk.transfer.how() == Ended::silent);
  CHECK(!talk.transfer.heard());
  CHECK((sent > 5 && sent < 40));
}

TEST_CASE("a ROM that never acknowledges the last block has the file all the same") {
  Talk talk{600, {}};
  talk.says();
  CHECK(talk.hears(1) == "2");
  for (int i = 0; i < 10'000 && !talk.transfer.done(); ++i) talk.waits(10ms);
  CHECK(talk.transfer.how() == Ended::unconfirmed);
}

TEST_CASE("an ERROR at the first packet was a probe; later it is a failure") {
  Talk probe{50'000, {{"tsize", "0"}}};
  probe.says();
  probe.transfer.on_error({ErrorCode::undefined, "Early terminate"});
  CHECK(probe.transfer.was_probe());
  CHECK(probe.transfer.client_text() == "Early terminate");

  Talk failure{50'000, {}};
  failure.says();
  failure.hears(1);
  failure.transfer.on_error({ErrorCode::disk_full, "no space"});
  CHECK(failure.transfer.done());
  CHECK(!failure.transfer.was_probe());
}

TEST_CASE("a request that the network doubled is let pass, one that the client repeats is answered") {
  Talk talk{50'000, {{"tsize", "0"}}};
  talk.says();
  talk.transfer.on_repeated_request(talk.now);
  CHECK(talk.says() == "");
  talk.now += 200ms;
  talk.transfer.on_repeated_request(talk.now);
  CHECK(talk.says() == "oack");
}

TEST_CASE("what the socket did not take goes out again at once, and is not held against the client") {
  Talk talk{50'000, {}};
  talk.says();
  for (std::uint16_t block = 1; block < 20; ++block) {
    CHECK(talk.hears(block) == std::to_string(block + 1));
    talk.transfer.on_unsent(talk.now);
    CHECK(talk.waits(2ms) == std::to_string(block + 1));
  }
  CHECK(talk.transfer.deadline() - talk.now < 50ms);
}

TEST_CASE("a link that is down is not tried without end") {
  Talk talk{50'000, {}};
  talk.says();
  int tries = 0;
  for (; !talk.transfer.done(); ++tries) {
    talk.transfer.on_unsent(talk.now);
    talk.waits(talk.transfer.deadline() - talk.now);
  }
  CHECK((tries > 30 && tries < 100));  // in 30 s
}

namespace {

class BrokenFile : public File {
 public:
  std::uint64_t size() const override { return 100'000; }
  std::size_t read_at(std::uint64_t, std::span<std::byte>) const override { return 0; }
};

}  // namespace

TEST_CASE("a file that cannot be read ends the transfer, and never as a short file") {
  const Time now{1h};
  Transfer transfer{std::make_shared<BrokenFile>(), negotiate({}, 100'000, Limits{}).value(), now};
  std::vector<std::byte> room(transfer.wants_room());
  CHECK(transfer.write(room, now).size == 0);
  CHECK(transfer.how() == Ended::unreadable);
}
