#include "server/host/holder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <vector>

#include "config/file.hpp"
#include "server/host/proc_net.hpp"

namespace rootstock::server {

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) { return content_of(file).value_or(""); }

bool rivals(const OpenSocket& socket, Ipv4 address, std::uint16_t port) {
  return socket.port == port && socket.listens && !socket.ipv6_address &&
         (socket.address.unset() || address.unset() || socket.address == address);
}

bool has_open(const fs::path& process, std::uint64_t inode) {
  const auto wanted = fmt::format("socket:[{}]", inode);
  std::error_code error;
  for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end; fd.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(fd->path(), gone) == wanted) return true;
  }
  return false;
}

int pid_with(std::uint64_t inode) {
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end;
       process.increment(error)) {
    const auto name = process->path().filename().string();
    int pid = 0;
    const auto [last, fault] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (fault == std::errc{} && last == name.data() + name.size() && has_open(process->path(), inode))
      return pid;
  }
  return 0;
}

int number_in(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

int keeper_of(const Settings& settings) { return number_in(text_of(settings.paths.pid_file())); }

/// The keeper of these settings, or one that it keeps: the worker, NFS-Ganesha. Another instance is a rival.
bool is_ours(int pid, const fs::path& process, const Settings& settings) {
  const int keeper = keeper_of(settings);
  return keeper != 0 && (pid == keeper || parse_parent(text_of(process / "status")) == keeper);
}

/// Only root may look into the processes of others: while our service runs, take it for the holder.
Holder hidden(const Settings& settings) {
  const auto kernel_threads = text_of("/proc/fs/nfsd/threads");
  Holder holder;
  holder.kernel_nfs = !kernel_threads.empty() && kernel_threads != "0\n";
  const int keeper = keeper_of(settings);
  std::error_code error;
  holder.ours = !holder.kernel_nfs && ::geteuid() != 0 && keeper != 0 &&
                fs::exists(fs::path{"/proc"} / std::to_string(keeper), error);
  return holder;
}

Holder describe(std::uint64_t inode, const Settings& settings) {
  Holder holder;
  holder.pid = pid_with(inode);
  if (holder.pid == 0) return hidden(settings);
  const auto process = fs::path{"/proc"} / std::to_string(holder.pid);
  holder.name = text_of(process / "comm");
  holder.name.erase(std::remove(holder.name.begin(), holder.name.end(), '\n'), holder.name.end());
  holder.unit = parse_unit(text_of(process / "cgroup"));
  holder.ours = is_ours(holder.pid, process, settings);
  return holder;
}

}  // namespace

std::optional<Holder> holder_of(const Settings& settings, Transport transport, Ipv4 address,
                                std::uint16_t port) {
  const auto name = std::string{transport == Transport::udp ? "udp" : "tcp"};
  for (const auto& table : {name, name + "6"})
    for (const auto& socket : parse_sockets(text_of("/proc/self/net/" + table)))
      if (rivals(socket, address, port)) return describe(socket.inode, settings);
  return std::nullopt;
}

}  // namespace rootstock::server
