#include "tftp/conversations.hpp"

#include <algorithm>
#include <cctype>

#include "tftp/netascii.hpp"
#include "tftp/request_path.hpp"

namespace rootstock::tftp {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_transfers = 32768;  // memory, should somebody send requests without end
constexpr std::size_t recent_ports = 4096;
constexpr int stray_answers_per_second = 20;
constexpr std::size_t longest_client_text = 80;

bool is_mode(std::string_view mode, std::string_view wanted) {  // RFC 1350: in any mixture of cases
  return std::ranges::equal(mode, wanted,
                            [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

/// A client's words, fit for a log.
std::string printable(std::string_view text) {
  std::string out{text.substr(0, longest_client_text)};
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

std::string outcome_of(const Transfer& transfer) {
  switch (transfer.how()) {
    case Ended::complete: return "complete";
    case Ended::unconfirmed: return "complete, but the last ACK never came";
    case Ended::refused_by_client: return "client gave up: " + printable(transfer.client_text());
    case Ended::silent: return transfer.heard() ? "timed out" : "timed out: the client never answered";
    case Ended::unreadable: return "the file could not be read";
  }
  return {};
}

bool is_complete(const Transfer& transfer) {
  return transfer.done() && (transfer.how() == Ended::complete || transfer.how() == Ended::unconfirmed);
}

}  // namespace

Conversations::Conversations(FileSource& files, Observer& observer, Outlet& outlet, Limits limits, int ports)
    : files_(files),
      observer_(observer),
      outlet_(outlet),
      limits_(limits),
      ports_(ports),
      recent_ports_(recent_ports) {}

void Conversations::on_request(Client from, Bytes datagram, Time now) {
  if (from.port == 0) {  // RFC 768: the sender wants no answer, and the kernel would refuse to send one
    ++counts_.strays;
    return;
  }
  const auto packet = parse(datagram);
  if (!packet) {
    malformed(packet.error(), from);
    if (looks_like_request(datagram)) refuse(0, from, ErrorCode::illegal_operation, text(packet.error()));
    return;
  }
  if (const auto* read = std::get_if<ReadRequest>(&*packet)) return on_read(from, *read, now);
  if (std::holds_alternative<WriteRequest>(*packet)) {
    ++counts_.writes;
    return refuse(0, from, ErrorCode::access_violation, "read-only server");
  }
  ++counts_.strays;
}

void Conversations::on_read(Client from, const Request& request, Time now) {
  ++counts_.requests;
  if (!is_mode(request.mode, "octet") && !is_mode(request.mode, "netascii")) {
    ++counts_.bad_requests;
    return refuse(0, from, ErrorCode::illegal_operation, "mode must be octet or netascii");
  }
  auto path = request_path(request.name);
  if (!path) {
    ++counts_.forbidden;
    report_refused(from, printable(request.name), text(path.error()));
    return refuse(0, from, ErrorCode::access_violation, text(path.error()));
  }
  if (joins_running(from, *path, now)) return;
  if (talks_.size() >= most_transfers) {
    ++counts_.busy;
    return refuse(0, from, ErrorCode::undefined, "too many transfers, ask again later");
  }
  open(from, *std::move(path), request, now);
}

/// A request that comes again while its transfer runs unheard is the same request. From a client that was
/// heard it is a new one: the Pi 3's ROM asks for file after file from one port.
bool Conversations::joins_running(Client from, const std::string& path, Time now) {
  const auto found = talks_.find(from.key());
  if (found == talks_.end()) return false;
  auto& talk = *found->second;
  if (talk.transfer.heard() || talk.path != path) {
    talk.transfer.abandon();
    finish(talk, is_complete(talk.transfer) ? outcome_of(talk.transfer) : "the client asked anew");
    return false;
  }
  ++counts_.repeated_requests;
  talk.transfer.on_repeated_request(now);
  advance(talk, now);
  return true;
}

void Conversations::open(Client from, std::string path, const Request& request, Time now) {
  auto file = files_.open(from.address, path);
  if (!file) {
    const bool missing = file.error() == Refusal::not_found;
    ++(missing ? counts_.not_found : counts_.forbidden);
    report_refused(from, path, missing ? "not found" : "forbidden", missing);
    return refuse(0, from, missing ? ErrorCode::not_found : ErrorCode::access_violation,
                  missing ? "file not found" : "access denied");
  }
  std::shared_ptr<const File> content = *std::move(file);
  if (is_mode(request.mode, "netascii")) {
    if (content->size() > largest_netascii_file) {
      ++counts_.bad_requests;
      report_refused(from, path, "too large for netascii");
      return refuse(0, from, ErrorCode::undefined, "too large for netascii, ask in octet mode");
    }
    content = std::make_shared<NetasciiFile>(std::move(content));
  }
  auto terms = negotiate(request.options, content->size(), limits_);
  if (!terms) {
    ++counts_.options_refused;
    report_refused(from, path, terms.error());
    return refuse(0, from, ErrorCode::option_refused, terms.error());
  }
  start(from, std::move(path), std::move(content), *std::move(terms), now);
}

void Conversations::start(Client from, std::string path, std::shared_ptr<const File> file, Terms terms,
                          Time now) {
  auto talk = std::make_unique<Talk>(Talk{from, port_for(from), std::move(path),
                                          Transfer{std::move(file), std::move(terms), now}, Time::max()});
  auto& running = *talk;
  talks_.emplace(from.key(), std::move(talk));
  observer_.on_begun(from.address, running.path);
  advance(running, now);
}

void Conversations::on_packet(int port, Client from, Bytes datagram, Time now) {
  const auto packet = parse(datagram);
  if (!packet) {
    malformed(packet.error(), from);
    return;
  }
  const auto found = talks_.find(from.key());
  if (found == talks_.end()) return on_stray(port, from, *packet, now);
  auto& talk = *found->second;
  if (talk.port != port) {  // left over from this client's last transfer
    ++counts_.strays;
    return;
  }
  if (const auto* ack = std::get_if<Ack>(&*packet))
    talk.transfer.on_ack(ack->block, now);
  else if (const auto* error = std::get_if<Error>(&*packet))
    talk.transfer.on_error(*error);
  else
    ++counts_.strays;
  advance(talk, now);
}

/// RFC 1350 section 4: a packet from nowhere is answered with ERROR 5 and disturbs nobody. Not the late
/// packets of a client just served, though: from that port it may be asking for its next file, and would take
/// the ERROR for that.
void Conversations::on_stray(int port, Client from, const Packet& packet, Time now) {
  ++counts_.strays;
  if (std::holds_alternative<Error>(packet) || recent(from).key == from.key()) return;
  if (now - strays_since_ >= 1s) {
    strays_since_ = now;
    strays_answered_ = 0;
  }
  if (strays_answered_++ < stray_answers_per_second)
    refuse(port, from, ErrorCode::unknown_transfer, "unknown transfer");
}

void Conversations::on_unsent(Client to, Time now) {
  ++counts_.unsent;
  const auto found = talks_.find(to.key());
  if (found == talks_.end()) return;
  found->second->transfer.on_unsent(now);
  schedule(*found->second);
}

void Conversations::on_time(Time now) {
  while (!deadlines_.empty() && deadlines_.top().at <= now) {
    const auto due = deadlines_.top();
    deadlines_.pop();
    const auto found = talks_.find(due.key);
    if (found == talks_.end() || found->second->scheduled != due.at) continue;
    auto& talk = *found->second;
    talk.scheduled = Time::max();
    talk.transfer.on_deadline(now);
    advance(talk, now);
  }
}

void Conversations::advance(Talk& talk, Time now) {
  if (const auto size = talk.transfer.wants_room(); size > 0) {
    const auto burst = talk.transfer.write(outlet_.room(size), now);
    if (burst.size > 0) outlet_.post(talk.port, talk.client, burst);
  }
  if (!talk.transfer.done()) return schedule(talk);
  if (talk.transfer.how() == Ended::unreadable)
    refuse(talk.port, talk.client, ErrorCode::undefined, "the file could not be read");
  finish(talk, outcome_of(talk.transfer));
}

/// Deadlines mostly move away with every ACK. An entry that comes too early looks again then, so that only a
/// deadline that moved nearer costs a new entry.
void Conversations::schedule(Talk& talk) {
  if (talk.transfer.deadline() >= talk.scheduled) return;
  talk.scheduled = talk.transfer.deadline();
  deadlines_.push({talk.scheduled, talk.client.key()});
}

void Conversations::finish(Talk& talk, std::string_view outcome) {
  const bool complete = is_complete(talk.transfer), probe = talk.transfer.was_probe();
  ++(complete ? counts_.complete : probe ? counts_.probes : counts_.failed);
  counts_.bytes += talk.transfer.bytes_acknowledged();
  const auto& transfer = talk.transfer;
  observer_.on_transfer({talk.client.address, talk.path, transfer.bytes_acknowledged(), complete, probe,
                         outcome, std::chrono::duration<double>(transfer.lasted()).count(),
                         transfer.blocks_acknowledged(), transfer.blocks_resent()});
  talks_.erase(talk.client.key());
}

void Conversations::malformed(ParseError kind, Client from) {
  ++counts_.malformed[static_cast<std::size_t>(kind)];
  observer_.on_malformed(kind, from.address);
}

void Conversations::report_refused(Client from, std::string_view path, std::string_view outcome,
                                   bool missing) {
  TransferReport report{from.address, path, 0, false, false, outcome};
  report.missing = missing;
  report.begun = false;
  observer_.on_transfer(report);
}

void Conversations::refuse(int port, Client to, ErrorCode code, std::string_view words) {
  const auto packet = emit(Error{code, words});
  const auto room = outlet_.room(packet.size());
  std::ranges::copy(packet, room.begin());
  outlet_.post(port, to, {packet.size(), packet.size()});
}

Conversations::RecentPort& Conversations::recent(Client client) {
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;  // the golden ratio: neighbours land far apart
  return recent_ports_[(client.key() * spread >> 32) % recent_ports_.size()];
}

/// Everybody is served from the first port, where one system call serves many. Only a client that comes again
/// from the same port of its own gets the next one of ours, so that late packets of its last transfer miss
/// the new one.
int Conversations::port_for(Client client) {
  auto& last = recent(client);
  last = {client.key(), last.key == client.key() ? (last.port + 1) % ports_ : 0};
  return last.port;
}

std::size_t Conversations::moving(Time since) const {
  const auto moves = [since](const auto& talk) { return talk.second->transfer.progressed() >= since; };
  return static_cast<std::size_t>(std::ranges::count_if(talks_, moves));
}

std::map<std::string, std::uint64_t> Counts::named() const {
  std::map<std::string, std::uint64_t> all{{"requests", requests},
                                           {"repeated requests", repeated_requests},
                                           {"not found", not_found},
                                           {"forbidden", forbidden},
                                           {"bad requests", bad_requests},
                                           {"write requests", writes},
                                           {"options refused", options_refused},
                                           {"complete", complete},
                                           {"probes", probes},
                                           {"failed", failed},
                                           {"bytes", bytes},
                                           {"unsent", unsent},
                                           {"stray packets", strays},
                                           {"busy", busy}};
  for (std::size_t kind = 0; kind < malformed.size(); ++kind)
    all["malformed: " + std::string{text(static_cast<ParseError>(kind))}] = malformed[kind];
  return all;
}

}  // namespace rootstock::tftp
