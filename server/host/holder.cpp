#include "server/host/holder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "server/host/proc_net.hpp"

namespace rootstock::server {

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

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

/// The kernel says " (deleted)" behind a program that was upgraded under its process.
std::string program_of(const fs::path& process) {
  std::error_code error;
  const auto program = fs::read_symlink(process / "exe", error).string();
  return program.substr(0, program.find(" (deleted)"));
}

/// Our processes are the same program as this one, or were told a file in our folders (NFS-Ganesha).
bool is_ours(const fs::path& process, const Settings& settings) {
  if (const auto program = program_of(process); !program.empty() && program == program_of("/proc/self"))
    return true;
  return text_of(process / "cmdline").find(settings.paths.run.string() + "/") != std::string::npos;
}

Holder describe(std::uint64_t inode, const Settings& settings) {
  Holder holder;
  holder.pid = pid_with(inode);
  if (holder.pid == 0) {
    holder.kernel_nfs =
        !text_of("/proc/fs/nfsd/threads").empty() && text_of("/proc/fs/nfsd/threads") != "0\n";
    return holder;
  }
  const auto process = fs::path{"/proc"} / std::to_string(holder.pid);
  holder.name = text_of(process / "comm");
  holder.name.erase(std::remove(holder.name.begin(), holder.name.end(), '\n'), holder.name.end());
  holder.unit = parse_unit(text_of(process / "cgroup"));
  holder.ours = is_ours(process, settings);
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
