// Days of random boards, restarts and words of the admin, by seed: whatever happens, no two boards have one
// address while one of them runs from it, and memory, disk and the addresses' index say the same.
#include <fmt/format.h>

#include <array>
#include <memory>
#include <random>

#include "tests/server/nodes/joining_house.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

namespace {

const Time begin{std::chrono::hours{24 * 365 * 50}};

class Days {
 public:
  explicit Days(unsigned seed) : random_(seed) {
    const std::array modes{JoinMode::open, JoinMode::approve, JoinMode::window, JoinMode::closed};
    settings_ = settings_with(modes[seed % modes.size()]);
    settings_.slurm.max_nodes = 3 + static_cast<int>(seed / 4 % 4);  // the pool has four addresses
    house_ = std::make_unique<House>(settings_, disk_);
  }

  /// What is wrong after it; "": nothing.
  std::string step() {
    const auto before = disk_.nodes;
    const auto mac = board(pick(7));
    switch (pick(16)) {
      case 0:
      case 1:
      case 2:
      case 3: switch_on(mac); break;
      case 4: switch_off(mac); break;
      case 5: hear(mac, &Days::renews); break;
      case 6: restart(); break;
      case 7: house_->passes(std::chrono::seconds{10 + pick(400)}); break;
      case 8: house_->passes(pick(6) == 0 ? 13h : 1h); break;
      case 9: house_->reception.open_door(house_->now.wall + 5min); break;
      case 10: hear(laptop(pick(3)), &Days::asks_for_any); break;
      default: admin(mac);
    }
    for (const auto& [number, row] : before)
      if (!disk_.nodes.contains(number)) forget_lease(row);
    for (const auto& running : runs_)
      if (Node* node = house_->registry.by_mac(running.first)) beats(*node);
    return wrong_.empty() ? difference() : wrong_;
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  static Mac board(unsigned number) { return Mac{{2, 0, 0, 0, 0, static_cast<std::uint8_t>(number + 1)}}; }
  static Mac laptop(unsigned number) { return Mac{{2, 0, 0, 0, 9, static_cast<std::uint8_t>(number)}}; }

  void beats(Node& node) {
    node.pulse.on_beat(beat("b1", 10), house_->now.moment);
    node.boot = BootRecord::known(true);
    node.record.last_heard = Time::clock::now();
    if (disk_.nodes.contains(node.record.number))
      disk_.nodes[node.record.number].last_heard = node.record.last_heard;
  }

  void switch_off(const Mac& mac) {
    runs_.erase(mac);
    Node* node = house_->registry.by_mac(mac);
    if (node == nullptr) return;
    node->pulse = {};
    node->boot = {};
    node->record.last_heard = {};
  }
  void switch_on(const Mac& mac) {
    switch_off(mac);
    hear(mac, &Days::boots);
  }

  dhcp::Outcome boots(const Mac& mac) { return house_->boots(mac, pick(4) == 0 ? 0x1000 + pick(3) : 0); }
  dhcp::Outcome renews(const Mac& mac) { return house_->renews(mac, house_->row(mac).address); }
  dhcp::Outcome asks_for_any(const Mac& mac) {
    const auto offer = house_->plain(mac);
    if (!offer.reply) return offer;
    auto request = House::asks(mac, MessageType::request);
    request.options.set(Code::requested_ip, offer.address);
    request.options.set(Code::server_id, settings_.network.address);
    return house_->hears(request);
  }

  void hear(const Mac& mac, dhcp::Outcome (Days::*asks)(const Mac&)) {
    if (asks == &Days::renews && (runs_.contains(mac) || house_->registry.by_mac(mac) == nullptr)) return;
    const auto outcome = (this->*asks)(mac);
    if (outcome.answered != "ACK") return;
    for (const auto& [other, address] : runs_)
      if (other != mac && address == outcome.address)
        wrong_ = fmt::format("{} has {}, from which {} runs", mac.text(), address.text(), other.text());
    const Node* node = house_->registry.by_mac(mac);
    if (node != nullptr && node->record.standing == Standing::member) runs_[mac] = outcome.address;
  }

  void restart() {
    const auto later = std::chrono::duration_cast<std::chrono::seconds>(house_->now.wall - begin);
    std::map<Mac, dhcp::LeaseRecord> latest;  // one row of each board, as in the table
    for (const auto& lease : disk_.leases) latest[lease.mac] = lease;
    disk_.leases.clear();
    for (const auto& [mac, lease] : latest) disk_.leases.push_back(lease);
    std::ranges::stable_sort(disk_.leases, {}, [](const auto& one) {
      return std::pair{one.seated, one.until};
    });
    house_ = std::make_unique<House>(settings_, disk_, later);
  }
  void forget_lease(const NodeRecord& row) {
    std::erase_if(disk_.leases, [&](const auto& lease) { return lease.mac == row.mac; });
    disk_.last_number = std::max(disk_.last_number, row.number);
  }

  /// Never by force against a board that runs: whoever does that has been told what comes of it.
  void admin(const Mac& mac) {
    auto& nodes = house_->registry.nodes();
    if (nodes.empty()) return;
    auto& node = std::next(nodes.begin(), pick(static_cast<unsigned>(nodes.size())))->second;
    auto& seats = house_->seats;
    const bool running = runs_.contains(node.record.mac);
    const Ipv4 address{settings_.network.pool.first.value + pick(6)};
    switch (pick(8)) {
      case 0:
      case 1: static_cast<void>(seats.approve(node)); break;
      case 2: static_cast<void>(seats.deny(node)); break;
      case 3: static_cast<void>(seats.forget(node, !running)); break;
      case 4: static_cast<void>(seats.replace(node, pick(2) == 0 ? std::nullopt : std::optional{mac})); break;
      case 5: static_cast<void>(seats.set(node, "address", pick(4) == 0 ? "" : address.text())); break;
      case 6: static_cast<void>(seats.rename(node, "r" + std::to_string(pick(4)))); break;
      default: declare(mac, address);
    }
  }
  void declare(const Mac& mac, Ipv4 address) {
    DeclaredNode wanted;
    wanted.name = "d" + std::to_string(pick(3));
    const Node* there = house_->registry.by_name(wanted.name);
    if (there != nullptr && runs_.contains(there->record.mac)) return;
    if (pick(2) == 0 && !runs_.contains(mac)) wanted.mac = mac;
    if (pick(2) == 0) wanted.address = address;
    if (pick(3) == 0) wanted.serial = "0000100" + std::to_string(pick(3));
    static_cast<void>(house_->seats.declare(wanted));
  }

  std::string difference() {
    std::map<Ipv4, std::string> of_members;
    for (auto& [number, node] : house_->registry.nodes()) {
      const auto& row = node.record;
      if (house_->registry.by_name(row.name) != &node) return row.name + " is not found by its name";
      if (!row.vacant() && house_->registry.by_mac(row.mac) != &node) return row.name + ": not by its MAC";
      if (!disk_.nodes.contains(number)) return row.name + " is not on the disk";
      const auto& kept = disk_.nodes.at(number);
      if (kept.name != row.name || kept.mac != row.mac || kept.standing != row.standing)
        return row.name + " is another one on the disk";
      if (row.standing != Standing::member || row.address.unset()) continue;
      if (kept.address != row.address) return row.name + " has another address on the disk";
      if (!of_members.emplace(row.address, row.name).second) return "two members at " + row.address.text();
      if (house_->registry.by_address(row.address) != &node) return row.name + ": not by its address";
    }
    return disk_.nodes.size() == house_->registry.nodes().size() ? "" : "the disk has more nodes";
  }

  std::mt19937 random_;
  Disk disk_;
  Settings settings_;
  std::unique_ptr<House> house_;
  std::map<Mac, Ipv4> runs_;  ///< systems that run, and renew nothing
  std::string wrong_;
};

}  // namespace

TEST_CASE("whatever boards and admins do, a node that runs keeps its address for itself") {
  for (unsigned seed = 0; seed < 120; ++seed) {
    Days days{seed};
    for (int step = 0; step < 200; ++step) {
      CAPTURE(seed, step);
      const auto wrong = days.step();
      REQUIRE(wrong == "");
    }
  }
}
