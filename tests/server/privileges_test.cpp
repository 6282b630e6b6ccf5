#include "server/privileges/privileges.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using server::drop_privileges;
using test::in_child;

namespace {

std::string own_status() {
  std::ifstream file("/proc/self/status");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> fields(const std::string& status) {
  std::map<std::string, std::string> found;
  std::istringstream lines(status);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto value = line.find_first_not_of("\t ", colon + 1);
    found[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return found;
}

std::string failure_of(const std::string& user, const std::string& group) {
  return in_child([&] {
    const auto done = drop_privileges(user, group);
    return done ? "no failure" : done.error().what + "\n" + done.error().hint;
  });
}

}  // namespace

TEST_CASE("after the drop the kernel knows no root and no capability of us", "[privileges]") {
  if (!tests::is_root()) return;
  const auto text = in_child([]() -> std::string {
    const gid_t extra[] = {0, 4};
    if (::setgroups(2, extra) != 0) return "setgroups failed";
    const auto done = drop_privileges("nobody", "nogroup");
    return done ? own_status() : done.error().what;
  });
  auto status = fields(text);
  INFO(text);
  const auto user = std::to_string(::getpwnam("nobody")->pw_uid);
  const auto group = std::to_string(::getgrnam("nogroup")->gr_gid);
  CHECK(status["Uid"] == user + "\t" + user + "\t" + user + "\t" + user);
  CHECK(status["Gid"] == group + "\t" + group + "\t" + group + "\t" + group);
  CHECK(status["Groups"].find_first_not_of(" \t") == std::string::npos);
  for (const auto* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    CHECK(status[set] == "0000000000000000");
  CHECK(status["NoNewPrivs"] == "1");
}

TEST_CASE("there is no way back", "[privileges]") {
  if (!tests::is_root()) return;
  CHECK(in_child([]() -> std::string {
          if (!drop_privileges("nobody", "nogroup")) return "not dropped";
          if (::setuid(0) == 0 || ::setgid(0) == 0 || ::seteuid(0) == 0) return "root again";
          if (::open("/etc/shadow", O_RDONLY) >= 0) return "shadow is readable";
          return "kept out";
        }) == "kept out");
}

TEST_CASE("the wish to die with the parent survives the change of user", "[privileges]") {
  if (!tests::is_root()) return;
  CHECK(in_child([]() -> std::string {
          ::prctl(PR_SET_PDEATHSIG, SIGTERM);
          if (!drop_privileges("nobody", "nogroup")) return "not dropped";
          int signal = 0;
          ::prctl(PR_GET_PDEATHSIG, &signal);
          return std::to_string(signal);
        }) == std::to_string(SIGTERM));
}

TEST_CASE("a wrong account is named, with the way out", "[privileges]") {
  CHECK(failure_of("no-such-user", "nogroup") ==
        "there is no user 'no-such-user'\n"
        "adduser --system --group --no-create-home no-such-user  (or change service.user)");
  CHECK(failure_of("nobody", "no-such-group") ==
        "there is no group 'no-such-group'\n"
        "addgroup --system no-such-group  (or change service.group)");
  CHECK(failure_of("root", "root") ==
        "the worker must not run as root\nset service.user and service.group to an account of its own");
}

TEST_CASE("a second thread would keep its capabilities, so it is refused", "[privileges]") {
  CHECK(in_child([]() -> std::string {
          std::thread other([] { ::pause(); });
          const auto done = drop_privileges("nobody", "nogroup");
          other.detach();
          return done ? "no failure" : done.error().what;
        }) == "root must be given up before threads are started");
}
