#include "server/admission/admission.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::server;
using namespace std::chrono_literals;
using State = Admission::State;
using Keys = std::vector<Admission::Key>;

namespace {

/// Boards before the queue, and the time.
struct Storm {
  Admission admission;
  Moment now{std::chrono::hours{24 * 30}};
  std::map<Admission::Key, Moment> began;

  explicit Storm(std::size_t limit) { admission.set_limit(limit); }

  bool asks(Admission::Key key, Gate gate) {
    return admission.ask(key, gate, began.try_emplace(key, now).first->second, now);
  }
  /// Its power came on just now.
  bool begins(Admission::Key key) {
    began[key] = now;
    return asks(key, Gate::dhcp);
  }
  void loads(Admission::Key key) { admission.on_load(key, began.try_emplace(key, now).first->second, now); }
  void has_all(Admission::Key key) {
    admission.on_fetched(key, 3000, BootPart::kernel, now);
    admission.on_fetched(key, 2000, BootPart::initramfs, now);
  }
  Keys passes(std::chrono::milliseconds time) {
    now += time;
    return admission.advance(now);
  }
  /// Long enough that everybody may enter who has a place, and nobody is forgotten.
  Keys settles() {
    Keys called;
    for (int i = 0; i < 5; ++i)
      for (const auto key : passes(1s)) called.push_back(key);
    return called;
  }
  State state(Admission::Key key) const { return admission.boots().at(key).state; }
};

}  // namespace

TEST_CASE("while there are places, everybody goes on") {
  Storm storm{40};
  for (int key = 1; key <= 10; ++key) CHECK(storm.begins(key));
  CHECK(storm.admission.places_taken() == 10);
  CHECK(storm.admission.queue().empty());
}

TEST_CASE("of a burst only a quarter enters within a second, so that who cannot wait is seen first") {
  Storm storm{40};
  int let_in = 0;
  for (int key = 1; key <= 100; ++key) let_in += storm.begins(key);
  CHECK(let_in == 10);
  for (int key = 101; key <= 125; ++key) storm.loads(key);
  storm.passes(1s);
  CHECK(storm.admission.places_taken() == 40);
  CHECK(storm.passes(1s).empty());
}

TEST_CASE("who waits is called in the order in which boots began") {
  Storm storm{4};
  for (int key = 1; key <= 4; ++key) storm.loads(key);
  for (int key = 5; key <= 8; ++key) {
    storm.now += 1100ms;
    CHECK_FALSE(storm.begins(key));
  }
  CHECK(storm.admission.queue() == Keys{5, 6, 7, 8});
  storm.has_all(3);
  CHECK(storm.passes(100ms) == Keys{5});
  CHECK(storm.state(5) == State::called);
  SECTION("a later one does not get the place of one that was called") {
    CHECK_FALSE(storm.asks(6, Gate::dhcp));
  }
  SECTION("and it goes on when it comes") {
    CHECK(storm.asks(5, Gate::dhcp));
    CHECK(storm.state(5) == State::loading);
  }
  SECTION("a newcomer does not overtake the queue when a place is free") {
    storm.has_all(2);
    storm.now += 2s;
    CHECK_FALSE(storm.begins(9));
    CHECK(storm.passes(0ms) == Keys{6});
  }
}

TEST_CASE("of boots that began together the one that is further goes first") {
  Storm storm{4};
  for (int key = 1; key <= 4; ++key) storm.loads(key);
  for (const int key : {10, 11, 12}) storm.began[key] = storm.now;
  CHECK_FALSE(storm.asks(10, Gate::dhcp));
  CHECK_FALSE(storm.asks(11, Gate::script));
  CHECK_FALSE(storm.asks(12, Gate::initramfs));
  CHECK(storm.admission.queue() == Keys{12, 11, 10});
}

TEST_CASE("a boot gives its place back while its kernel starts, and asks again in its initramfs") {
  Storm storm{4};
  for (int key = 1; key <= 4; ++key) storm.loads(key);
  storm.admission.on_fetched(1, 2000, BootPart::initramfs, storm.now);
  CHECK(storm.state(1) == State::loading);
  storm.admission.on_fetched(1, 3000, BootPart::kernel, storm.now);
  CHECK(storm.state(1) == State::starting);
  SECTION("what firmware asks after it takes no place") {
    storm.loads(1);
    CHECK(storm.admission.places_taken() == 3);
  }
  SECTION("its initramfs is let in when there is room, and keeps the place until it is up") {
    CHECK(storm.asks(1, Gate::initramfs));
    storm.has_all(1);
    CHECK(storm.state(1) == State::loading);
    storm.admission.end(1);
    CHECK(storm.admission.places_taken() == 3);
  }
}

TEST_CASE("places of the dead come back") {
  Storm storm{4};
  for (int key = 1; key <= 4; ++key) storm.loads(key);
  CHECK_FALSE(storm.begins(5));
  SECTION("of one that fell silent") {
    storm.passes(30s);
    for (int key = 2; key <= 4; ++key) storm.admission.on_heard(key, storm.now);
    CHECK_FALSE(storm.asks(5, Gate::dhcp));
    CHECK(storm.passes(20s) == Keys{5});
    CHECK(storm.state(1) == State::starting);
  }
  SECTION("of one that was called and did not come") {
    CHECK_FALSE(storm.begins(6));
    storm.has_all(1);
    CHECK(storm.passes(1s) == Keys{5});
    CHECK(storm.passes(16s) == Keys{6});
    CHECK(storm.asks(6, Gate::dhcp));
    // It is back, and still the oldest of those who wait.
    CHECK_FALSE(storm.asks(5, Gate::dhcp));
    CHECK_FALSE(storm.begins(7));
    CHECK(storm.admission.queue() == Keys{5, 7});
  }
  SECTION("of one that goes round in circles, however much is heard of it") {
    for (int minute = 0; minute < 6; ++minute) {
      storm.passes(60s);
      storm.loads(1);
    }
    storm.has_all(2), storm.has_all(3), storm.has_all(4);
    CHECK(storm.admission.places_taken() <= 1);
  }
  SECTION("and who left the queue is not waited for") {
    storm.passes(61s);
    CHECK(storm.admission.queue().empty());
  }
}

TEST_CASE("a board whose power was cut begins anew, behind those who wait") {
  Storm storm{4};
  for (int key = 1; key <= 4; ++key) CHECK((storm.now += 1s, storm.begins(key)));
  storm.now += 2s;
  CHECK_FALSE(storm.begins(5));
  storm.admission.on_fetched(1, 500, BootPart::firmware, storm.now);
  storm.now += 2s;
  CHECK_FALSE(storm.begins(1));
  CHECK(storm.admission.queue() == Keys{5, 1});
  SECTION("the same DISCOVER again changes nothing") {
    CHECK_FALSE(storm.asks(1, Gate::dhcp));
    CHECK(storm.admission.queue() == Keys{5, 1});
  }
}

TEST_CASE("firmware that cannot wait takes its place although all are taken, and nobody else enters for it") {
  Storm storm{4};
  for (int key = 1; key <= 6; ++key) storm.loads(key);
  CHECK(storm.admission.places_taken() == 6);
  CHECK_FALSE(storm.begins(7));
  storm.has_all(1), storm.has_all(2);
  CHECK(storm.passes(1s).empty());
  storm.has_all(3);
  CHECK(storm.passes(1s) == Keys{7});
}

TEST_CASE(
    "after a restart of the head, boots that were let in before count, and those that wait come again") {
  Storm storm{4};
  const auto long_ago = storm.now - 60s;
  for (int key = 1; key <= 4; ++key) {
    storm.began[key] = long_ago;
    storm.loads(key);
  }
  storm.began[5] = long_ago - 1s;
  storm.began[6] = long_ago - 2s;
  CHECK_FALSE(storm.asks(5, Gate::initramfs));
  CHECK_FALSE(storm.asks(6, Gate::dhcp));
  CHECK(storm.admission.queue() == Keys{6, 5});
}

TEST_CASE("boards that ask for ever and load nothing hold nobody up for long") {
  const auto gate = GENERATE(Gate::dhcp, Gate::script);
  Storm storm{4};
  for (int key = 1; key <= 4; ++key) storm.began[key] = storm.now;  // they take no OFFER, or have no kernel
  for (int key = 5; key <= 24; ++key) storm.began[key] = storm.now + 1s;
  std::map<Admission::Key, Moment> busy_until;
  std::size_t up = 0;
  for (int second = 0; second < 400 && up < 20; ++second) {
    for (const auto key : storm.passes(1s))
      if (key > 4 && storm.asks(key, gate)) busy_until[key] = storm.now + 10s;
    for (int key = 1; key <= 4; ++key)
      if (second % 4 == key - 1) storm.asks(key, gate);
    for (int key = 5; key <= 24; ++key) {
      if (storm.began[key] > storm.now || busy_until[key] == Moment::max()) continue;
      if (busy_until[key] == Moment{}) {
        if (second % 8 == key % 8 && storm.asks(key, gate)) busy_until[key] = storm.now + 10s;
      } else if (storm.now >= busy_until[key]) {
        storm.has_all(key);
        storm.admission.end(key);
        busy_until[key] = Moment::max();
        ++up;
      }
    }
  }
  CHECK(up == 20);
  CHECK(storm.now - storm.began[5] < 150s);  // 45 s of silence, and five rounds of some 20 s
}
