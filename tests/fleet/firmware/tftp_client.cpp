#include "tests/fleet/firmware/tftp_client.hpp"

#include <fmt/format.h>

namespace rootstock::fleet {
namespace {

constexpr std::uint16_t tftp_port = 69;
constexpr Tick for_ever = Tick::max();

}  // namespace

struct TftpClient::Talk {
  std::string name;
  TftpReceiver receiver;
  std::uint16_t port = 0;         // ours
  std::uint16_t server_port = 0;  // its transfer ID, once known
  std::vector<std::uint8_t> last_sent{};
  Tick give_up = for_ever, repeat_at{};
  int repeats = 0;
};

void TftpClient::ask_only(const std::string& name) {
  ++machine_.progress.requests;
  machine_.progress.last_file = name;
  machine_.send(server_.mac, server_.address, machine_.next_port++, tftp_port,
                emit_read_request(name, style_));
}

Task<Fetched> TftpClient::fetch(std::string name, Want want) {
  const bool keep = want == Want::text || machine_.spec.keep;
  Talk talk{name, TftpReceiver{style_, want == Want::probe, keep}, machine_.next_port++};
  if (style_.whole_file) talk.give_up = machine_.now() + *style_.whole_file;
  ++machine_.progress.requests;
  machine_.progress.last_file = name;
  talk.last_sent = emit_read_request(name, style_);
  machine_.send(server_.mac, server_.address, talk.port, tftp_port, talk.last_sent);
  co_await converse(talk);
  Fetched fetched;
  fetched.end = talk.receiver.state() == Fetch::under_way ? Fetch::silent : talk.receiver.state();
  fetched.words = fetched.end == Fetch::silent
                      ? fmt::format("no answer in time after {} bytes", talk.receiver.received())
                      : talk.receiver.words();
  account(talk, fetched);
  co_return fetched;
}

Task<void> TftpClient::converse(Talk& talk) {
  talk.repeat_at = machine_.now() + style_.repeat_after;
  while (talk.receiver.state() == Fetch::under_way && machine_.now() < talk.give_up) {
    auto event = co_await machine_.next(std::min(talk.repeat_at, talk.give_up));
    if (const auto* datagram = std::get_if<Datagram>(&event)) {
      if (datagram->target_port != talk.port || datagram->source != server_.address) continue;
      if (talk.server_port == 0) talk.server_port = datagram->source_port;
      if (talk.server_port != datagram->source_port) continue;  // of an earlier copy of our request
      if (machine_.spec.never_acks_data) continue;
      const auto answer = talk.receiver.on_packet(datagram->payload);
      if (talk.receiver.progressed()) talk.repeat_at = machine_.now() + style_.repeat_after, talk.repeats = 0;
      if (!answer) continue;
      talk.last_sent = *answer;
      machine_.send(server_.mac, server_.address, talk.port, talk.server_port, *answer);
    } else if (machine_.now() >= talk.repeat_at) {
      if (style_.repeats && ++talk.repeats > *style_.repeats) co_return;
      talk.repeat_at = machine_.now() + style_.repeat_after;
      if (machine_.spec.never_acks_data && talk.server_port != 0) continue;
      ++machine_.progress.retries;
      const auto to = talk.server_port == 0 ? tftp_port : talk.server_port;
      machine_.send(server_.mac, server_.address, talk.port, to, talk.last_sent);
    }
  }
}

void TftpClient::account(Talk& talk, Fetched& fetched) {
  auto& progress = machine_.progress;
  progress.bytes += talk.receiver.received();
  fetched.announced_size = talk.receiver.announced_size();
  if (fetched.end == Fetch::missing) ++progress.misses;
  if (fetched.end == Fetch::probed) ++progress.probes;
  if (fetched.end == Fetch::refused || fetched.end == Fetch::silent) {
    progress.failure = fmt::format("{}: {}", talk.name, fetched.words);
    machine_.note(progress.failure);
  }
  if (!fetched.got()) return;
  fetched.file = talk.receiver.take_file();
  fetched.file.name = talk.name;
  machine_.note(fmt::format("got {} ({} bytes)", talk.name, fetched.file.size));
  machine_.files.push_back(fetched.file);
}

}  // namespace rootstock::fleet
