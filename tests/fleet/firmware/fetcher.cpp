#include "tests/fleet/firmware/fetcher.hpp"

#include <fmt/format.h>

namespace rootstock::fleet {

Task<Fetched> Fetcher::http(std::string url, Want want) {
  machine_.progress.last_file = url;
  auto reply = co_await machine_.web("GET", url, want == Want::text || machine_.spec.keep);
  Fetched fetched;
  if (reply.status != 200) {
    fetched.end = reply.status == 404 ? Fetch::missing : Fetch::refused;
    fetched.words = reply.status == 0 ? reply.failure : fmt::format("HTTP status {}", reply.status);
    if (fetched.end == Fetch::missing) ++machine_.progress.misses;
    if (fetched.end == Fetch::missing) co_return fetched;
    machine_.progress.failure = url + ": " + fetched.words;
    machine_.note(machine_.progress.failure);
    co_return fetched;
  }
  fetched.end = Fetch::got;
  fetched.file = FetchedFile{url, reply.sha256, reply.size, std::move(reply.body)};
  machine_.note(fmt::format("got {} ({} bytes)", url, fetched.file.size));
  machine_.files.push_back(fetched.file);
  co_return fetched;
}

Task<Fetched> Fetcher::tftp(Ipv4 server, std::string path, Want want) {
  constexpr int tries = 5;
  const auto mac = co_await machine_.resolve(server, tries);
  if (!mac) {
    Fetched none;
    none.words = "no ARP answer from " + server.text();
    co_return none;
  }
  TftpClient client{machine_, TftpServer{server, *mac}, tftp_};
  auto fetched = co_await client.fetch(path, want);
  co_return fetched;
}

}  // namespace rootstock::fleet
