// The whole server without sockets: datagrams in, datagrams out.
#include "tftp/conversations.hpp"

#include "tests/support/catch.hpp"
#include "tests/tftp/lossy_link.hpp"

using namespace rootstock;
using namespace rootstock::tftp;
using namespace rootstock::tftp::testing;

namespace {

struct Shelf : FileSource {
  std::map<std::string, std::shared_ptr<const File>> files;
  Result<std::shared_ptr<const File>, Refusal> open(Ipv4, std::string_view path) override {
    if (path == "secret") return tl::unexpected{Refusal::forbidden};
    const auto found = files.find(std::string{path});
    if (found == files.end()) return tl::unexpected{Refusal::not_found};
    return found->second;
  }
};

struct Diary : Observer {
  struct Entry {
    std::string path, outcome;
    std::uint64_t bytes;
    bool complete, probe;
    double seconds;
    std::uint64_t blocks, resent;
    bool missing, began;
  };
  std::vector<Entry> entries;
  std::vector<std::string> begun;
  void on_begun(Ipv4, std::string_view path) override { begun.emplace_back(path); }
  std::vector<ParseError> malformed;
  void on_malformed(ParseError kind, Ipv4) override { malformed.push_back(kind); }
  void on_transfer(const TransferReport& r) override {
    entries.push_back({std::string{r.path}, std::string{r.outcome}, r.bytes, r.complete, r.probe, r.seconds,
                       r.blocks, r.resent, r.missing, r.begun});
  }
};

struct Pigeonhole : Outlet {
  struct Sent {
    int port;
    Client to;
    Datagram datagram;
  };
  std::vector<std::byte> bytes = std::vector<std::byte>(1 << 16);
  std::vector<Sent> sent;
  std::span<std::byte> room(std::size_t size) override { return std::span{bytes}.first(size); }
  void post(int port, Client to, Burst burst) override {
    for (std::size_t at = 0; at < burst.size; at += burst.segment) {
      const auto one = std::span{bytes}.subspan(at, std::min(burst.segment, burst.size - at));
      sent.push_back({port, to, Datagram(one.begin(), one.end())});
    }
  }
};

/// One server and a client that says one thing at a time.
struct Lab {
  Shelf shelf;
  Diary diary;
  Pigeonhole out;
  Time now{1h};
  Conversations server{shelf, diary, out, Limits{}, 8};
  Client pi{Ipv4{0x0a4d0005}, 49152};

  Lab() {
    shelf.files["start4.elf"] = std::make_shared<MemoryFile>(pattern(3000));
    shelf.files["abc/config.txt"] = std::make_shared<MemoryFile>(bytes_of("a\nb\n"));
  }

  /// What went out, in words: "DATA 1 (512)", "ERROR 1 file not found", ...
  std::string said() {
    std::string words;
    for (const auto& sent : out.sent)
      words += (words.empty() ? "" : ", ") + in_words(parse(sent.datagram).value());
    out.sent.clear();
    return words;
  }
  static std::string in_words(const Packet& packet) {
    if (const auto* p = std::get_if<Data>(&packet))
      return "DATA " + std::to_string(p->block) + " (" + std::to_string(p->payload.size()) + ")";
    if (const auto* p = std::get_if<Error>(&packet))
      return "ERROR " + std::to_string(static_cast<int>(p->code)) + " " + std::string{p->text};
    if (std::holds_alternative<OptionAck>(packet)) return "OACK";
    return "something else";
  }

  std::string asks(std::string_view name, std::string_view mode = "octet", std::vector<Option> options = {}) {
    server.on_request(pi, emit(ReadRequest{{name, mode, std::move(options)}}), now);
    return said();
  }
  std::string says(const Packet& packet, int port = 0) {
    server.on_packet(port, pi, emit(packet), now);
    return said();
  }
  std::string waits(Duration time) {
    now += time;
    server.on_time(now);
    return said();
  }
};

}  // namespace

TEST_CASE("a report says how long it took and what went out again") {
  Lab lab;
  lab.asks("start4.elf", "octet", {{"blksize", "1468"}});
  CHECK(lab.diary.begun == std::vector<std::string>{"start4.elf"});
  lab.says(Ack{0});
  lab.waits(2s);
  lab.waits(4s);
  lab.now += 1s;
  lab.says(Ack{1});
  lab.says(Ack{2});
  lab.says(Ack{3});
  REQUIRE(lab.diary.entries.size() == 1);
  CHECK(lab.diary.entries[0].blocks == 3);
  CHECK(lab.diary.entries[0].resent == 2);
  CHECK(lab.diary.entries[0].seconds == 7);
}

TEST_CASE("who is in the middle of a file: those who went on with it lately") {
  Lab lab;
  const auto moving = [&] { return lab.server.moving(lab.now - 2s); };
  CHECK(moving() == 0);
  lab.asks("start4.elf", "octet", {{"blksize", "1468"}});
  CHECK(moving() == 1);
  lab.says(Ack{0});
  lab.now += 1900ms;
  CHECK(moving() == 1);
  lab.now += 200ms;
  CHECK(moving() == 0);
  lab.says(Ack{1});
  CHECK(moving() == 1);
  lab.says(Ack{2});
  lab.says(Ack{3});
  CHECK(moving() == 0);
  lab.asks("nowhere");
  CHECK(moving() == 0);
}

TEST_CASE("a file that is not there does not begin, and is told as missing") {
  Lab lab;
  lab.asks("nowhere");
  lab.asks("secret");
  CHECK(lab.diary.begun.empty());
  REQUIRE(lab.diary.entries.size() == 2);
  CHECK(lab.diary.entries[0].missing);
  CHECK_FALSE(lab.diary.entries[1].missing);
  for (const auto& entry : lab.diary.entries) CHECK_FALSE(entry.began);
}

TEST_CASE("a read, from request to last ACK") {
  Lab lab;
  CHECK(lab.asks("start4.elf", "octet", {{"blksize", "1468"}, {"tsize", "0"}}) == "OACK");
  CHECK(lab.says(Ack{0}) == "DATA 1 (1468)");
  CHECK(lab.says(Ack{1}) == "DATA 2 (1468)");
  CHECK(lab.says(Ack{2}) == "DATA 3 (64)");
  CHECK(lab.says(Ack{3}) == "");
  REQUIRE(lab.diary.entries.size() == 1);
  CHECK(lab.diary.entries[0].outcome == "complete");
  CHECK(lab.diary.entries[0].bytes == 3000);
  CHECK(lab.diary.entries[0].complete);
  CHECK(lab.server.running() == 0);
}

TEST_CASE("requests that are refused, each with its ERROR and no transfer") {
  const auto [name, mode, answer] = GENERATE(table<std::string, std::string, std::string>({
      {"nothing", "octet", "ERROR 1 file not found"},
      {"secret", "octet", "ERROR 2 access denied"},
      {"../etc/passwd", "octet", "ERROR 2 name with .."},
      {"start4.elf", "mail", "ERROR 4 mode must be octet or netascii"},
      {"start4.elf", "xyzzy", "ERROR 4 mode must be octet or netascii"},
  }));
  Lab lab;
  CHECK(lab.asks(name, mode) == answer);
  CHECK(lab.server.running() == 0);
}

TEST_CASE("a bad option ends the request with ERROR 8") {
  Lab lab;
  CHECK(lab.asks("start4.elf", "octet", {{"blksize", "0"}}) == "ERROR 8 blksize must be 8 to 65464");
}

TEST_CASE("nobody writes here") {
  Lab lab;
  lab.server.on_request(lab.pi, emit(WriteRequest{{"start4.elf", "octet", {}}}), lab.now);
  CHECK(lab.said() == "ERROR 2 read-only server");
}

TEST_CASE("malformed requests are answered, other rubbish is counted and dropped") {
  using namespace std::string_view_literals;
  Lab lab;
  lab.server.on_request(lab.pi, bytes_of("\0\1start4.elf"sv), lab.now);
  CHECK(lab.said() == "ERROR 4 text without end");
  lab.server.on_request(lab.pi, bytes_of("\0\x63"sv), lab.now);
  lab.server.on_request(lab.pi, bytes_of(""sv), lab.now);
  lab.server.on_request(lab.pi, emit(Ack{5}), lab.now);
  CHECK(lab.said() == "");
  const auto counted = lab.server.counts().named();
  CHECK(counted.at("malformed: text without end") == 1);
  CHECK(counted.at("malformed: unknown opcode") == 1);
  CHECK(counted.at("malformed: truncated") == 1);
  CHECK(counted.at("stray packets") == 1);
  lab.server.on_packet(0, lab.pi, bytes_of("\0\4\0"sv), lab.now);
  CHECK(lab.diary.malformed == std::vector{ParseError::endless_text, ParseError::unknown_opcode,
                                           ParseError::truncated, ParseError::truncated});
}

TEST_CASE("a sender without a port cannot be answered, and is not tried") {
  Lab lab;
  lab.pi.port = 0;
  CHECK(lab.asks("start4.elf") == "");
  CHECK(lab.server.running() == 0);
}

TEST_CASE("modes are read in any case, netascii is translated, and tsize counts what is sent") {
  Lab lab;
  CHECK(lab.asks("abc//config.txt", "NetASCII") == "DATA 1 (6)");
  lab.says(Ack{1});
  lab.asks("abc/config.txt", "netascii", {{"tsize", "0"}});
  lab.says(Error{ErrorCode::undefined, "enough"}, 1);
  CHECK(lab.diary.entries.back().probe);
}

TEST_CASE("a probe is told from a failure") {
  Lab lab;
  CHECK(lab.asks("start4.elf", "octet", {{"tsize", "0"}}) == "OACK");
  CHECK(lab.says(Error{ErrorCode::undefined, "Early terminate"}) == "");
  REQUIRE(lab.diary.entries.size() == 1);
  CHECK(lab.diary.entries[0].probe);
  CHECK(!lab.diary.entries[0].complete);
  CHECK(lab.diary.entries[0].outcome == "client gave up: Early terminate");
}

TEST_CASE("a client's words are made fit for a log") {
  Lab lab;
  lab.asks("start4.elf");
  lab.says(Error{ErrorCode::undefined, "a\nb\x1b[31m"});
  CHECK(lab.diary.entries.back().outcome == "client gave up: a?b?[31m");
}

TEST_CASE("the same request three times is one transfer") {
  Lab lab;
  CHECK(lab.asks("start4.elf") == "DATA 1 (512)");
  CHECK(lab.asks("start4.elf") == "");
  CHECK(lab.asks("start4.elf") == "");
  CHECK(lab.server.running() == 1);
  CHECK(lab.says(Ack{1}) == "DATA 2 (512)");
}

TEST_CASE("a client that repeats an unanswered request hears it again") {
  Lab lab;
  lab.asks("start4.elf");
  lab.now += 200ms;
  CHECK(lab.asks("start4.elf") == "DATA 1 (512)");
  CHECK(lab.server.running() == 1);
}

TEST_CASE("a ROM that asks for file after file from one port meets no packet of the last file") {
  Lab lab;
  lab.asks("abc/config.txt");
  lab.says(Ack{1});
  lab.server.on_request(lab.pi, emit(ReadRequest{{"start4.elf", "octet", {}}}), lab.now);
  REQUIRE(lab.out.sent.size() == 1);
  const auto port = lab.out.sent[0].port;
  CHECK(port != 0);
  lab.said();
  CHECK(lab.says(Ack{1}, 0) == "");  // late, from the first file
  CHECK(lab.says(Ack{1}, port) == "DATA 2 (512)");
}

TEST_CASE("a client that was heard and asks anew starts anew") {
  Lab lab;
  lab.asks("start4.elf");
  lab.says(Ack{1});
  CHECK(lab.asks("start4.elf") == "DATA 1 (512)");
  CHECK(lab.server.running() == 1);
  REQUIRE(lab.diary.entries.size() == 1);
  CHECK(lab.diary.entries[0].outcome == "the client asked anew");
}

TEST_CASE("a ROM that turns to its next file without the last ACK has the first one all the same") {
  Lab lab;
  lab.asks("start4.elf", "octet", {{"blksize", "1468"}});
  for (std::uint16_t block = 0; block <= 2; ++block) lab.says(Ack{block});
  lab.asks("abc/config.txt");
  REQUIRE(lab.diary.entries.size() == 1);
  CHECK(lab.diary.entries[0].complete);
  CHECK(lab.server.running() == 1);
}

TEST_CASE("strangers on a transfer port hear ERROR 5, but not without end") {
  Lab lab;
  CHECK(lab.says(Ack{7}) == "ERROR 5 unknown transfer");
  CHECK(lab.says(Error{ErrorCode::undefined, "?"}) == "");
  int answers = 0;
  for (int i = 0; i < 1000; ++i) answers += lab.says(Ack{7}).empty() ? 0 : 1;
  CHECK(answers < 20);
  lab.now += 2s;
  CHECK(lab.says(Ack{7}) == "ERROR 5 unknown transfer");
}

TEST_CASE("late packets of a client just served are not answered") {
  Lab lab;
  lab.asks("abc/config.txt");
  lab.says(Ack{1});
  CHECK(lab.says(Ack{1}) == "");
}

TEST_CASE("deadlines: nothing under way, a retry, and an end") {
  Lab lab;
  CHECK(lab.server.next_deadline() == Time::max());
  lab.asks("start4.elf");
  CHECK(lab.server.next_deadline() == lab.now + 250ms);
  CHECK(lab.waits(250ms) == "DATA 1 (512)");
  for (int i = 0; i < 100; ++i) lab.waits(1s);
  CHECK(lab.server.running() == 0);
  REQUIRE(lab.diary.entries.size() == 1);
  CHECK(lab.diary.entries[0].outcome == "timed out: the client never answered");
}

TEST_CASE("many clients at once each get their own bytes") {
  Lab lab;
  constexpr int clients = 500;
  const auto client = [](int i) { return Client{Ipv4{0x0a4d0100 + static_cast<std::uint32_t>(i)}, 2000}; };
  std::map<std::uint64_t, std::vector<std::byte>> got;
  for (int i = 0; i < clients; ++i)
    lab.server.on_request(client(i), emit(ReadRequest{{"start4.elf", "octet", {}}}), lab.now);
  while (!lab.out.sent.empty()) {
    const auto batch = std::exchange(lab.out.sent, {});
    for (const auto& sent : batch) {
      const auto packet = parse(sent.datagram).value();
      const auto& data = std::get<Data>(packet);
      auto& content = got[sent.to.key()];
      content.insert(content.end(), data.payload.begin(), data.payload.end());
      lab.server.on_packet(sent.port, sent.to, emit(Ack{data.block}), lab.now);
    }
  }
  CHECK(got.size() == clients);
  for (const auto& [key, content] : got) CHECK(content == pattern(3000));
  CHECK(lab.server.counts().complete == clients);
}
