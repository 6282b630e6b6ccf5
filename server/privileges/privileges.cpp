#include "server/privileges/privileges.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

namespace rootstock::server {
namespace {

// NOROOT: uid 0 means nothing to exec any more. The locks keep it so. NO_SETUID_FIXUP stays clear, because
// that fix-up is what takes the capabilities away when the uid changes; KEEP_CAPS stays clear for the same
// reason.
constexpr unsigned long secure_bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED |
                                      SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                                      SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

struct Identity {
  uid_t user = 0;
  gid_t group = 0;
};

tl::unexpected<Failure> refused(std::string_view step) {
  return fail(fmt::format("cannot give up root: {}: {}", step, std::strerror(errno)),
              "start rootstock as root, for example through its systemd unit");
}

Result<Identity, Failure> look_up(const std::string& user, const std::string& group) {
  const passwd* account = ::getpwnam(user.c_str());
  if (account == nullptr)
    return fail("there is no user '" + user + "'",
                "adduser --system --group --no-create-home " + user + "  (or change service.user)");
  Identity identity{account->pw_uid, 0};
  const ::group* found = ::getgrnam(group.c_str());
  if (found == nullptr)
    return fail("there is no group '" + group + "'",
                "addgroup --system " + group + "  (or change service.group)");
  identity.group = found->gr_gid;
  if (identity.user == 0 || identity.group == 0)
    return fail("the worker must not run as root",
                "set service.user and service.group to an account of its own");
  return identity;
}

/// glibc changes the ids of every thread, but capability sets and no_new_privs belong to one thread each.
bool has_one_thread() {
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  return !error && std::distance(begin(tasks), end(tasks)) == 1;
}

/// The kernel may know more capabilities than the headers we were built with; it answers EINVAL past its
/// last.
Result<void, Failure> empty_bounding_set() {
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return refused("bounding set");
  return {};
}

using CapabilitySets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

Result<void, Failure> empty_capability_sets() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  CapabilitySets none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return refused("capability sets");
  return {};
}

bool no_capability_left() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  CapabilitySets sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
  for (const auto& set : sets)
    if ((set.effective | set.permitted | set.inheritable) != 0) return false;
  for (unsigned long capability = 0;; ++capability) {
    const int held = ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (held < 0) return true;
    if (held > 0 || ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) > 0) return false;
  }
}

bool is_only(Identity identity) {
  std::array<uid_t, 3> users{};
  std::array<gid_t, 3> groups{};
  if (::getresuid(&users[0], &users[1], &users[2]) != 0) return false;
  if (::getresgid(&groups[0], &groups[1], &groups[2]) != 0) return false;
  for (const auto user : users)
    if (user != identity.user) return false;
  for (const auto group : groups)
    if (group != identity.group) return false;
  return ::getgroups(0, nullptr) == 0 && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

Result<void, Failure> verify(Identity identity) {
  if (is_only(identity) && no_capability_left() && ::setresuid(0, 0, 0) != 0) return {};
  return fail("root was given up, but some of it is still there",
              "please report this as a bug, with `uname -a`");
}

Result<void, Failure> become(Identity identity) {
  if (::setgroups(0, nullptr) != 0) return refused("supplementary groups");
  if (::setresgid(identity.group, identity.group, identity.group) != 0) return refused("group");
  if (::setresuid(identity.user, identity.user, identity.user) != 0) return refused("user");
  return {};
}

}  // namespace

Result<void, Failure> drop_privileges(const std::string& user, const std::string& group) {
  const auto identity = look_up(user, group);
  if (!identity) return tl::unexpected{identity.error()};
  if (!has_one_thread()) return fail("root must be given up before threads are started");
  const pid_t parent = ::getppid();
  int death_signal = 0;
  ::prctl(PR_GET_PDEATHSIG, &death_signal);

  if (auto done = empty_bounding_set(); !done) return done;
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return refused("ambient set");
  if (::prctl(PR_SET_SECUREBITS, secure_bits, 0, 0, 0) != 0) return refused("secure bits");
  if (auto done = become(*identity); !done) return done;
  if (auto done = empty_capability_sets(); !done) return done;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");

  // prctl(2): a change of user clears the signal that ends us with our parent.
  if (death_signal != 0) ::prctl(PR_SET_PDEATHSIG, death_signal);
  if (::getppid() != parent) return fail("the parent process ended during start-up");
  return verify(*identity);
}

}  // namespace rootstock::server
