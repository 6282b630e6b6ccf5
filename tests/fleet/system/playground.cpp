#include "tests/fleet/system/playground.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rootstock::fleet {
namespace {

constexpr const char* name = "boards";

Result<void, Failure> ip(std::vector<std::string> words) {
  words.insert(words.begin(), "ip");
  std::vector<char*> argv;
  std::string line;
  for (auto& word : words) {
    argv.push_back(word.data());
    line += (line.empty() ? "" : " ") + word;
  }
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "ip", nullptr, nullptr, argv.data(), environ);
  if (error != 0)
    return fail(fmt::format("cannot run `{}`: {}", line, std::strerror(error)), "apt install iproute2");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) return fail("failed: " + line);
  return {};
}

void set(const std::string& file, std::string_view value) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;  // read-only in a container: then it is usually 0 already
  [[maybe_unused]] const auto written = ::write(fd, value.data(), value.size());
  ::close(fd);
}

}  // namespace

Result<Playground, Failure> Playground::enter() {
  if (::unshare(CLONE_NEWNET) != 0)
    return fail(fmt::format("cannot make a network namespace: {}", std::strerror(errno)), "this needs root");
  auto nic = Nic::tap(name);
  if (!nic) return tl::unexpected(nic.error());
  // No ARP here: who has which address is told from the frames, and each board asks for the head by itself.
  for (auto words :
       {std::vector<std::string>{"link", "set", "lo", "up"}, {"link", "set", name, "arp", "off", "up"}})
    if (auto done = ip(words); !done) return tl::unexpected(done.error());
  set(fmt::format("/proc/sys/net/ipv4/conf/{}/rp_filter", name), "0");
  set("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
  set(fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", name), "1");
  return Playground(std::move(*nic));
}

Result<void, Failure> Playground::open(const Subnet& subnet, Ipv4 head) {
  if (head_) {
    if (*head_ == head) return {};
    return fail(fmt::format("{} sends boards on to another host, {}", head_->text(), head.text()));
  }
  // One route makes a thousand addresses ours; within the same table the longer one, to the head, wins.
  if (auto done = ip({"route", "add", "local", subnet.text(), "dev", "lo", "table", "local"}); !done)
    return done;
  if (auto done = ip({"route", "add", head.text() + "/32", "dev", name, "scope", "link", "table", "local"});
      !done)
    return done;
  head_ = head;
  return {};
}

}  // namespace rootstock::fleet
