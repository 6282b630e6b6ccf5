// Many TFTP clients in one process that fetch the same file at once and compare every byte. Prints one JSON
// object.
//
//   tftp_load --host 10.77.0.1 --file a.bin --reference ./a.bin --clients 64 --blksize 1468 --windowsize 16
//   --loss 0.01
//
// Loss is drawn by seed for every packet in both directions. A client repeats itself after --timer-ms, as
// boot ROMs do.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

struct Options {
  std::string host = "127.0.0.1", file, reference;
  int port = 69, clients = 1, blksize = 1468, windowsize = 1, timer_ms = 1000, deadline = 100;
  double loss = 0;
  unsigned seed = 1;
};

Options options;
std::string reference;  // the file as it should arrive
std::mt19937 dice;
std::uint64_t timeouts = 0, needless = 0;

bool lost() { return options.loss > 0 && std::uniform_real_distribution<>{}(dice) < options.loss; }

std::uint16_t number(const char* at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(at[0]) << 8 |
                                    static_cast<unsigned char>(at[1]));
}

std::string word(std::string_view in) { return std::string{in.substr(0, in.find('\0'))}; }

class Client {
 public:
  void start(int poll, std::uint32_t index) {
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int room = 1 << 20;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = index;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fd_, &event);
    server_.sin_family = AF_INET;
    server_.sin_port = htons(static_cast<std::uint16_t>(options.port));
    ::inet_pton(AF_INET, options.host.c_str(), &server_.sin_addr);
    begun_ = Clock::now();
    request();
  }

  void receive() {
    std::array<char, 65536> buffer;
    while (fd_ >= 0) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const auto got =
          ::recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) return;
      if (got >= 4 && !lost()) packet(std::string_view{buffer.data(), static_cast<std::size_t>(got)}, from);
    }
  }

  void look_at_the_clock(Clock::time_point now) {
    if (fd_ < 0 || now < due_) return;
    ++timeouts;
    if (++silences_ > 10) return end("no answer");
    if (heard_)
      acknowledge();
    else
      request();
  }

  void end(std::string why) {
    if (fd_ < 0) return;
    ::close(fd_);
    fd_ = -1;
    ended_ = Clock::now();
    why_ = std::move(why);
  }

  bool running() const { return fd_ >= 0; }
  bool complete() const { return why_.empty(); }
  const std::string& why() const { return why_; }
  std::uint64_t bytes() const { return bytes_; }
  double seconds() const { return std::chrono::duration<double>(ended_ - begun_).count(); }

 private:
  void request() {
    std::string out{"\0\1", 2};
    const auto add = [&](const std::string& text) { out.append(text).push_back('\0'); };
    add(options.file), add("octet"), add("tsize"), add("0");
    add("blksize"), add(std::to_string(options.blksize));
    if (options.windowsize > 1) add("windowsize"), add(std::to_string(options.windowsize));
    send(out);
  }
  void acknowledge() {
    in_window_ = 0;
    const auto block = static_cast<std::uint16_t>(next_ - 1);
    send({'\0', '\4', static_cast<char>(block >> 8), static_cast<char>(block)});
  }
  void send(const std::string& out) {
    due_ = Clock::now() + std::chrono::milliseconds{options.timer_ms};
    if (!lost())
      (void)::sendto(fd_, out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&server_), sizeof server_);
  }

  void packet(std::string_view in, const sockaddr_in& from) {
    if (!heard_) server_ = from;  // RFC 1350: the first answer fixes the server's port
    if (from.sin_port != server_.sin_port) return;
    switch (number(in.data())) {
      case 3: return data(number(in.data() + 2), in.substr(4));
      case 5: return end("ERROR " + std::to_string(number(in.data() + 2)) + ": " + word(in.substr(4)));
      case 6: return option_ack(in.substr(2));
      default: return end("a packet that is neither DATA, ERROR nor OACK");
    }
  }

  void option_ack(std::string_view words) {
    if (next_ > 1) return;  // late
    heard_ = true;
    while (!words.empty()) {
      const auto name = word(words);
      words.remove_prefix(std::min(name.size() + 1, words.size()));
      const auto value = word(words);
      words.remove_prefix(std::min(value.size() + 1, words.size()));
      if (name == "blksize") block_size_ = std::stoul(value);
      if (name == "windowsize") window_ = std::stoi(value);
      if (name == "tsize" && std::stoull(value) != reference.size()) return end("wrong tsize");
    }
    acknowledge();
  }

  void data(std::uint16_t block, std::string_view payload) {
    heard_ = true;
    if (block != static_cast<std::uint16_t>(next_)) return out_of_order(block);
    if (reference.compare(bytes_, payload.size(), payload) != 0) return end("wrong bytes");
    bytes_ += payload.size();
    ++next_;
    silences_ = 0;
    told_ = {};
    due_ = Clock::now() + std::chrono::milliseconds{options.timer_ms};
    const bool last = payload.size() < block_size_;
    if (last || ++in_window_ >= window_) acknowledge();
    if (last) end(bytes_ == reference.size() ? "" : "too short");
  }

  // RFC 7440: say where the hole is, but not for every packet behind it. An old block again: the ACK was
  // lost.
  void out_of_order(std::uint16_t block) {
    ++needless;
    if (block == static_cast<std::uint16_t>(next_ - 1) && in_window_ > 0) return;
    const auto now = Clock::now();
    if (now - told_ < 5ms) return;
    told_ = now;
    acknowledge();
  }

  int fd_ = -1;
  sockaddr_in server_{};
  bool heard_ = false;
  std::uint64_t next_ = 1, bytes_ = 0;
  std::size_t block_size_ = 512;
  int window_ = 1, in_window_ = 0, silences_ = 0;
  Clock::time_point begun_, ended_, due_, told_;
  std::string why_;
};

bool read_options(int count, char** words) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const std::string value = words[i + 1];
    if (name == "--host")
      options.host = value;
    else if (name == "--port")
      options.port = std::stoi(value);
    else if (name == "--file")
      options.file = value;
    else if (name == "--reference")
      options.reference = value;
    else if (name == "--clients")
      options.clients = std::stoi(value);
    else if (name == "--blksize")
      options.blksize = std::stoi(value);
    else if (name == "--windowsize")
      options.windowsize = std::stoi(value);
    else if (name == "--timer-ms")
      options.timer_ms = std::stoi(value);
    else if (name == "--deadline")
      options.deadline = std::stoi(value);
    else if (name == "--loss")
      options.loss = std::stod(value);
    else if (name == "--seed")
      options.seed = static_cast<unsigned>(std::stoul(value));
    else
      return false;
  }
  return count % 2 == 1 && !options.file.empty() && !options.reference.empty() && options.clients > 0;
}

void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void fetch_all(std::vector<Client>& clients) {
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  for (std::size_t i = 0; i < clients.size(); ++i) clients[i].start(poll, static_cast<std::uint32_t>(i));
  const auto deadline = Clock::now() + std::chrono::seconds{options.deadline};
  auto looked = Clock::now();
  std::vector<epoll_event> events(512);
  while (std::ranges::any_of(clients, &Client::running)) {
    for (int turn = 0; turn < 64; ++turn) {
      const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), 5);
      for (int i = 0; i < ready; ++i) clients[events[static_cast<std::size_t>(i)].data.u32].receive();
      if (ready == 0 || Clock::now() - looked > 5ms) break;
    }
    looked = Clock::now();
    for (auto& client : clients) {
      client.look_at_the_clock(looked);
      if (looked > deadline) client.end("deadline");
    }
  }
}

void report(const std::vector<Client>& clients, double seconds) {
  std::uint64_t bytes = 0;
  double slowest = 0;
  std::map<std::string, int> whys;
  for (const auto& client : clients) {
    bytes += client.bytes();
    slowest = std::max(slowest, client.seconds());
    if (!client.complete()) ++whys[client.why()];
  }
  int failed = 0;
  std::string why;
  for (const auto& [text, count] : whys) {
    failed += count;
    why += (why.empty() ? "" : "; ") + std::to_string(count) + " x " + text;
  }
  std::ranges::replace_if(
      why, [](unsigned char c) { return c < 0x20 || c > 0x7e || c == '"' || c == '\\'; }, '?');
  std::printf(
      "{\"bytes\": %llu, \"seconds\": %.6f, \"slowest\": %.6f, \"failed\": %d, \"timeouts\": %llu, "
      "\"needless\": %llu, "
      "\"why\": \"%s\"}\n",
      static_cast<unsigned long long>(bytes), seconds, slowest, failed,
      static_cast<unsigned long long>(timeouts), static_cast<unsigned long long>(needless), why.c_str());
}

}  // namespace

int main(int count, char** words) {
  if (!read_options(count, words)) {
    std::fprintf(
        stderr,
        "usage: tftp_load --host ADDRESS --file NAME --reference FILE [--clients N] [--blksize N] ...\n");
    return 2;
  }
  std::ifstream in(options.reference, std::ios::binary);
  reference.assign(std::istreambuf_iterator<char>(in), {});
  dice.seed(options.seed);
  raise_file_limit();
  std::vector<Client> clients(static_cast<std::size_t>(options.clients));
  const auto begun = Clock::now();
  fetch_all(clients);
  report(clients, std::chrono::duration<double>(Clock::now() - begun).count());
}
