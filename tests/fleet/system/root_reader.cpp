#include "tests/fleet/system/root_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <random>

#include "rootfs/manifest.hpp"
#include "tests/fleet/firmware/sha256.hpp"

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;
using nfs::Handle;

constexpr std::uint32_t block = 128 * 1024;
constexpr std::uint32_t regular_file = 1, directory = 2;

std::string digest_of(Bytes bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.finish();
}

asio::awaitable<Handle> folder_of(NfsClient& client, const std::string& label) {
  auto folder = co_await client.find("images/" + label);
  if (!folder) throw StepFailed("generation " + label + " is not there");
  co_return *folder;
}

/// The order in which blocks are read: the superblock, the tables, then here and there.
std::vector<std::uint64_t> blocks_to_read(std::uint64_t size, std::uint64_t bytes, const std::string& label) {
  const auto count = (size + block - 1) / block;
  const auto wanted = std::min(count, std::max<std::uint64_t>(1, bytes / block));
  std::vector<std::uint64_t> all(count);
  for (std::uint64_t number = 0; number < count; ++number) all[number] = number;
  std::seed_seq seed(label.begin(), label.end());
  std::mt19937 random(seed);
  if (count > 2) std::shuffle(all.begin() + 1, all.end() - 1, random);
  if (count > 1) std::swap(all[1], all[count - 1]);
  all.resize(wanted);
  return all;
}

asio::awaitable<std::vector<PieceRead>> read_of_squashfs(NfsClient& client, Handle folder, std::string label,
                                                         Appetite appetite) {
  const auto file = co_await client.open(folder, "root.squashfs");
  std::vector<PieceRead> pieces;
  for (const auto number : blocks_to_read(file.size, appetite.bytes, label)) {
    const auto bytes = co_await client.read(file, number * block, block);
    const auto expected = std::min<std::uint64_t>(block, file.size - number * block);
    if (bytes.size() != expected)
      throw StepFailed(
          fmt::format("NFS: {} of {} bytes at {} of root.squashfs", bytes.size(), expected, number * block));
    pieces.push_back({fmt::format("root.squashfs @{}", number * block), digest_of(bytes)});
  }
  co_await client.close(file);
  co_return pieces;
}

/// Breadth first; `files` at most.
asio::awaitable<std::vector<PieceRead>> read_of_tree(NfsClient& client, Handle root, unsigned files) {
  struct Folder {
    std::string path;
    Handle handle;
  };
  std::deque<Folder> folders{{"root", std::move(root)}};
  std::vector<PieceRead> pieces;
  while (!folders.empty() && pieces.size() < files) {
    const auto folder = std::move(folders.front());
    folders.pop_front();
    auto entries = co_await client.list(folder.handle);
    std::sort(entries.begin(), entries.end(), [](auto& a, auto& b) { return a.name < b.name; });
    for (const auto& entry : entries) {
      const auto path = folder.path + "/" + entry.name;
      if (entry.attributes.type == directory) {
        const auto handle = co_await client.find_in(folder.handle, entry.name);
        if (handle) folders.push_back({path, *handle});
      } else if (entry.attributes.type == regular_file && pieces.size() < files) {
        Sha256 sum;
        const NfsClient::Sink add = [&sum](Bytes bytes) { sum.add(bytes); };
        co_await client.read_all(folder.handle, entry.name, add);
        pieces.push_back({path, sum.finish()});
      }
    }
  }
  co_return pieces;
}

class Verifier {
 public:
  Verifier(NfsClient& client, std::string label, Content& content)
      : client_(client), label_(std::move(label)), content_(content) {}

  asio::awaitable<Verdict> run() {
    const auto folder = co_await folder_of(client_, label_);
    const auto text = co_await whole(folder, "manifest.json");
    const auto manifest = rootfs::parse_manifest(text, "images/" + label_ + "/manifest.json");
    if (!manifest) throw StepFailed(manifest.error().what);
    const bool is_squashfs = manifest->root_kind == rootfs::RootKind::squashfs;
    verdict_.root = is_squashfs ? "squashfs" : "tree";
    if (is_squashfs) co_await squashfs(folder, manifest->digest);
    for (const auto& place : content_.boot_files()) co_await boot_file(place);
    verdict_.bytes = client_.bytes_read();
    co_return verdict_;
  }

 private:
  void compare(const PieceRead& piece) {
    if (auto difference = content_.compare(piece, "a board"))
      differs(*difference + " (over NFS it is another)");
  }
  void differs(const std::string& what) { verdict_.differences.push_back(label_ + ": " + what); }

  asio::awaitable<std::string> whole(const Handle& folder, std::string name) {
    std::string text;
    const NfsClient::Sink append = [&text](Bytes bytes) { text.append(bytes.begin(), bytes.end()); };
    co_await client_.read_all(folder, name, append);
    co_return text;
  }

  asio::awaitable<void> squashfs(const Handle& folder, std::string digest) {
    const auto file = co_await client_.open(folder, "root.squashfs");
    Sha256 sum;
    for (std::uint64_t at = 0; at < file.size; at += block) {
      const auto bytes = co_await client_.read(file, at, block);
      if (bytes.empty()) throw StepFailed(fmt::format("NFS: root.squashfs ends at {}", at));
      sum.add(bytes);
      compare({fmt::format("root.squashfs @{}", at), digest_of(bytes)});
    }
    co_await client_.close(file);
    if (const auto is = sum.finish(); is != digest)
      differs(fmt::format("root.squashfs has the digest {}, its manifest says {}", is, digest));
  }

  asio::awaitable<void> boot_file(std::string place) {
    const auto slash = place.rfind('/');
    const auto folder = slash == place.npos ? "" : "/" + place.substr(0, slash);
    const auto handle = co_await client_.find("images/" + label_ + folder);
    if (!handle) {
      differs(place + " was fetched by a board, and its folder is not there over NFS");
      co_return;
    }
    Sha256 sum;
    const auto name = place.substr(slash + 1);
    const NfsClient::Sink add = [&sum](Bytes bytes) { sum.add(bytes); };
    co_await client_.read_all(*handle, name, add);
    compare({place, sum.finish()});
  }

  NfsClient& client_;
  std::string label_;
  Content& content_;
  Verdict verdict_;
};

}  // namespace

asio::awaitable<std::vector<PieceRead>> read_of_root(NfsClient& client, std::string label,
                                                     Appetite appetite) {
  const auto folder = co_await folder_of(client, label);
  // Awaited apart from the condition, and with every temporary named: GCC 12 destroys some of them twice.
  const auto packed = co_await client.find_in(folder, "root.squashfs");
  if (packed) co_return co_await read_of_squashfs(client, folder, label, appetite);
  const auto tree = co_await client.find_in(folder, "root");
  if (!tree) throw StepFailed("generation " + label + " has neither root.squashfs nor root/");
  co_return co_await read_of_tree(client, *tree, appetite.files);
}

asio::awaitable<Verdict> verify_generation(NfsClient& client, std::string label, Content& content) {
  Verifier verifier(client, std::move(label), content);
  co_return co_await verifier.run();
}

}  // namespace rootstock::fleet
