#include "tests/fleet/system/nfs_client.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;
using nfs::Compound;
using nfs::Op;
using nfs::Results;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds patience{60};  // Linux's first time-out over TCP (nfs(5), timeo=600)
constexpr std::uint32_t piece = 128 * 1024;   // squashfs' block, and what read-ahead asks for
constexpr std::uint32_t delay = 10008;        // NFS4ERR_DELAY: come back later

void check(const boost::system::error_code& error) {
  if (error) throw StepFailed("NFS: " + words_of(error));
}

asio::awaitable<std::vector<std::uint8_t>> receive(Stream& stream) {
  std::vector<std::uint8_t> reply;
  for (bool last = false; !last;) {
    std::array<std::uint8_t, 4> mark;
    auto [error, size] = co_await asio::async_read(stream, asio::buffer(mark), as_tuple);
    check(error);
    const auto word = XdrReader(mark).u32();
    last = word & 0x80000000;
    const std::size_t length = word & 0x7fffffff, before = reply.size();
    if (length > 4 * 1024 * 1024) throw StepFailed("NFS: an RPC record of impossible size");
    reply.resize(before + length);
    auto [body_error, got] =
        co_await asio::async_read(stream, asio::buffer(reply.data() + before, length), as_tuple);
    check(body_error);
  }
  co_return reply;
}

}  // namespace

asio::awaitable<Results> NfsClient::call(const Compound& compound) {
  const auto xid = xid_++;
  const auto request = compound.call(xid, name_);
  stream_.expires_after(patience);
  auto [error, size] = co_await asio::async_write(stream_, asio::buffer(request), as_tuple);
  check(error);
  reply_ = co_await receive(stream_);
  auto results = Results::parse(reply_, xid);
  if (!results) throw StepFailed("NFS: " + results.error());
  co_return *results;
}

Compound NfsClient::in_session() {
  ++slot_.sequence;
  return Compound().sequence(slot_);
}

void NfsClient::expect(bool went_well, const Results& results, const std::string& what) {
  if (!went_well) throw StepFailed(fmt::format("NFS: {}: {}", what, nfs::status_name(results.status())));
  if (!results.whole()) throw StepFailed(fmt::format("NFS: {}: the reply is cut short", what));
}

asio::awaitable<NfsClient> NfsClient::mount(Call to, std::string name, std::mt19937& random) {
  NfsClient client(co_await connect(to, patience, random), std::move(name));
  const auto verifier = std::uint64_t{random()} << 32 | random();
  const Compound who = Compound().exchange_id(verifier, "Linux NFSv4.1 " + client.name_);
  auto results = co_await client.call(who);
  expect(results.next(Op::exchange_id), results, "EXCHANGE_ID");
  const auto [id, sequence] = results.exchange_id();
  client.client_ = id;
  const Compound session = Compound().create_session(id, sequence);
  results = co_await client.call(session);
  expect(results.next(Op::create_session), results, "CREATE_SESSION");
  client.slot_.session = results.create_session();
  const Compound done = client.in_session().reclaim_complete();
  results = co_await client.call(done);
  expect(results.next(Op::sequence), results, "SEQUENCE");
  results.sequence();
  expect(results.next(Op::reclaim_complete), results, "RECLAIM_COMPLETE");
  co_return client;
}

asio::awaitable<std::optional<nfs::Handle>> NfsClient::step(std::optional<nfs::Handle> folder,
                                                            std::string name) {
  auto compound = in_session();
  folder ? compound.put(*folder) : compound.put_root();
  compound.lookup(name).get_handle();
  auto results = co_await call(compound);
  if (results.status() == nfs::no_such_file) co_return std::nullopt;
  expect(results.next(Op::sequence), results, "SEQUENCE");
  results.sequence();
  const bool found =
      results.next(folder ? Op::putfh : Op::putrootfh) && results.next(Op::lookup) && results.next(Op::getfh);
  expect(found, results, "looking up " + name);
  co_return results.handle();
}

asio::awaitable<std::optional<nfs::Handle>> NfsClient::find_in(const nfs::Handle& folder, std::string name) {
  co_return co_await step(folder, std::move(name));
}

/// One component a call, as a kernel's path walk does.
asio::awaitable<std::optional<nfs::Handle>> NfsClient::find(std::string path) {
  std::optional<nfs::Handle> at;
  path += '/';
  for (std::size_t begin = 0, end; (end = path.find('/', begin)) != path.npos; begin = end + 1) {
    at = co_await step(at, path.substr(begin, end - begin));
    if (!at) co_return std::nullopt;
  }
  co_return at;
}

asio::awaitable<std::vector<Results::Entry>> NfsClient::list(const nfs::Handle& folder) {
  std::vector<Results::Entry> entries;
  Results::Listing piece_of_it;
  while (!piece_of_it.end) {
    const Compound compound = in_session().put(folder).readdir(piece_of_it.cookie, piece_of_it.verifier);
    auto results = co_await call(compound);
    expect(results.next(Op::sequence), results, "SEQUENCE");
    results.sequence();
    expect(results.next(Op::putfh) && results.next(Op::readdir), results, "READDIR");
    piece_of_it = results.readdir();
    expect(results.whole(), results, "READDIR");
    for (auto& entry : piece_of_it.entries) entries.push_back(std::move(entry));
  }
  co_return entries;
}

asio::awaitable<NfsClient::File> NfsClient::open(const nfs::Handle& folder, const std::string& name) {
  for (int tries = 0;; ++tries) {
    const Compound compound =
        in_session().put(folder).open(client_, name_, name).get_handle().get_type_and_size();
    auto results = co_await call(compound);
    if (results.status() == delay && tries < 30) {
      asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(100));
      co_await timer.async_wait(asio::use_awaitable);
      continue;
    }
    expect(results.next(Op::sequence), results, "SEQUENCE");
    results.sequence();
    expect(results.next(Op::putfh) && results.next(Op::open), results, "opening " + name);
    File file;
    file.state = results.open();
    expect(results.next(Op::getfh), results, "opening " + name);
    file.handle = results.handle();
    expect(results.next(Op::getattr), results, "the size of " + name);
    file.size = results.attributes().size;
    co_return file;
  }
}

asio::awaitable<std::vector<std::uint8_t>> NfsClient::read(const File& file, std::uint64_t offset,
                                                           std::uint32_t size) {
  const Compound compound = in_session().put(file.handle).read(file.state, offset, size);
  auto results = co_await call(compound);
  expect(results.next(Op::sequence), results, "SEQUENCE");
  results.sequence();
  expect(results.next(Op::putfh) && results.next(Op::read), results, "READ");
  const auto data = results.read();
  expect(true, results, "READ");
  bytes_ += data.bytes.size();
  co_return std::vector<std::uint8_t>(data.bytes.begin(), data.bytes.end());
}

asio::awaitable<void> NfsClient::close(const File& file) {
  const Compound compound = in_session().put(file.handle).close(file.state);
  auto results = co_await call(compound);
  expect(results.status() == nfs::ok, results, "CLOSE");
}

asio::awaitable<void> NfsClient::read_all(const nfs::Handle& folder, const std::string& name,
                                          const Sink& sink) {
  const auto file = co_await open(folder, name);
  for (std::uint64_t at = 0; at < file.size;) {
    const auto bytes = co_await read(file, at, piece);
    if (bytes.empty()) throw StepFailed(fmt::format("NFS: {} ends at {} of {} bytes", name, at, file.size));
    sink(bytes);
    at += bytes.size();
  }
  co_await close(file);
}

asio::awaitable<void> NfsClient::unmount() {
  const Compound session = Compound().destroy_session(slot_.session);
  auto results = co_await call(session);
  expect(results.status() == nfs::ok, results, "DESTROY_SESSION");
  const Compound id = Compound().destroy_clientid(client_);
  results = co_await call(id);
  expect(results.status() == nfs::ok, results, "DESTROY_CLIENTID");
}

}  // namespace rootstock::fleet
