// A Board made of a persona's firmware, a power switch and the kernel's first seconds.
#include <algorithm>

#include "tests/fleet/firmware/loaded.hpp"
#include "tests/fleet/firmware/machine.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

struct PersonaRow {
  Persona persona;
  std::string_view name;
  Task<Outcome> (*boot)(Machine&);
  Tick pause;  ///< before it starts over by itself
};

constexpr PersonaRow rows[] = {
    {Persona::pi3rom, "pi3rom", boot_pi3, 1s},
    {Persona::pi3plus, "pi3plus", boot_pi3, 1s},
    {Persona::pi4, "pi4", boot_pi_eeprom, 1s},
    {Persona::pi5, "pi5", boot_pi_eeprom, 1s},
    {Persona::uboot, "uboot", boot_uboot, 1s},
    {Persona::uefi_x64, "uefi_x64", boot_uefi, 5s},
    {Persona::uefi_arm64, "uefi_arm64", boot_uefi, 5s},
    {Persona::http_x64, "http_x64", boot_uefi_http, 5s},
    {Persona::http_arm64, "http_arm64", boot_uefi_http, 5s},
    {Persona::pxe_bios, "pxe_bios", boot_pxe_rom, 5s},
    {Persona::ipxe, "ipxe", boot_ipxe, 5s},
    {Persona::unknown, "unknown", boot_unknown, 5s},
};

const PersonaRow& row_of(Persona persona) { return *std::ranges::find(rows, persona, &PersonaRow::persona); }

/// The initramfs' link is up; until it has an address.
Task<void> take_address(Machine& machine, Handover& node) {
  const auto begun = machine.now();
  co_await initramfs_dhcp(machine);
  node.address = machine.address;
  node.mask = machine.mask;
  node.router = machine.router;
  node.lease = machine.lease;
  node.asked_for = machine.now() - begun;
}

Handover handover_of(Machine& machine, const Loaded& loaded) {
  Handover node;
  node.mac = machine.spec.mac;
  node.kernel = loaded.kernel;
  node.initramfs = loaded.initramfs;
  for (std::size_t at = 0; at < loaded.kernel_line.size();) {
    const auto end = std::min(loaded.kernel_line.find(' ', at), loaded.kernel_line.size());
    if (end > at) node.words.push_back(loaded.kernel_line.substr(at, end - at));
    at = end + 1;
  }
  return node;
}

/// From power to the initramfs' address, with all the attempts that this firmware makes.
Task<void> live(Machine& machine, std::optional<Handover>& handover) {
  const auto& row = row_of(machine.spec.persona);
  for (;;) {
    ++machine.progress.boots;
    machine.files.clear();
    const auto loaded = co_await row.boot(machine);
    if (!loaded) {
      machine.progress.failure = loaded.error().why;
      machine.reset_stack();
      if (loaded.error().for_good || !machine.spec.restarts) {
        machine.enter(Stage::dead, "gives up: " + loaded.error().why);
        co_return;
      }
      machine.note("starts over: " + loaded.error().why);
      co_await machine.sleep(row.pause);
      continue;
    }
    machine.reset_stack();
    machine.enter(Stage::kernel, "the kernel starts: " + loaded->kernel);
    co_await machine.sleep(machine.spec.kernel_takes);
    auto node = handover_of(machine, *loaded);
    co_await take_address(machine, node);
    node.files = std::move(machine.files);
    handover = std::move(node);
    machine.enter(Stage::handed_over, "up to the initramfs");
    co_return;
  }
}

/// Once more, in the same initramfs.
Task<void> take_another_address(Machine& machine, Handover& node) {
  co_await take_address(machine, node);
  machine.enter(Stage::handed_over, "its initramfs has an address again");
}

class FirmwareBoard : public Board {
 public:
  explicit FirmwareBoard(const BoardSpec& spec) : spec_(spec) {}

  void power_on(Tick now) override {
    stop();
    if (!ever_on_ && spec_.power_cut) cut_at_ = now + *spec_.power_cut;
    ever_on_ = true;
    // No two boots of a board use the same random numbers, and no two runs with one seed differ.
    machine_ = std::make_unique<Machine>(spec_, progress_, spec_.seed + 7919 * progress_.boots, now);
    machine_->note("power on");
    life_.emplace(live(*machine_, handover_));
    life_->start();
    look_at_life();
  }

  void power_off(Tick now) override {
    progress_.stage = Stage::off;
    progress_.timeline.push_back({now, "power off"});
    stop();
  }

  void ask_again(Tick now) override {
    if (!handover_ || awake()) return;
    machine_->on_timer(now);
    life_.emplace(take_another_address(*machine_, *handover_));
    life_->start();
  }

  void on_frame(Bytes frame, Tick now) override {
    on_power(now);
    if (!awake()) return;
    machine_->on_frame(frame, now);
    look_at_life();
  }

  std::optional<Tick> deadline() const override {
    std::optional<Tick> next = awake() ? machine_->wake_at() : std::nullopt;
    for (const auto& at : {cut_at_, back_at_})
      if (at && (!next || *at < *next)) next = at;
    return next;
  }

  void on_timer(Tick now) override {
    on_power(now);
    if (!awake()) return;
    machine_->on_timer(now);
    look_at_life();
  }

  std::vector<Frame> take_frames() override {
    return machine_ ? machine_->take_frames() : std::vector<Frame>{};
  }
  std::optional<WebRequest> take_web_request() override {
    return awake() ? machine_->take_web_request() : std::nullopt;
  }
  void on_web(WebReply reply, Tick now) override {
    if (!awake()) return;
    machine_->on_web(std::move(reply), now);
    look_at_life();
  }

  const Mac& mac() const override { return spec_.mac; }
  const Progress& progress() const override { return progress_; }
  const std::vector<FetchedFile>& files() const override {
    static const std::vector<FetchedFile> none;
    if (handover_) return handover_->files;
    return machine_ ? machine_->files : none;
  }
  const std::optional<Handover>& handover() const override { return handover_; }

 private:
  bool awake() const { return life_ && !life_->done(); }

  void stop() {
    life_.reset();
    machine_.reset();
    handover_.reset();
  }

  /// A power cut also takes the node down that was handed over long ago.
  void on_power(Tick now) {
    if (cut_at_ && *cut_at_ <= now) {
      cut_at_.reset();
      back_at_ = now + spec_.power_back;
      power_off(now);
    }
    if (back_at_ && *back_at_ <= now) {
      back_at_.reset();
      power_on(now);
    }
  }

  void look_at_life() {
    if (life_->done()) life_->result();  // rethrows what went wrong inside
    if (progress_.stage == Stage::dead && spec_.power_cycled)
      back_at_ = machine_->now() + *spec_.power_cycled;
    const auto why = why_it_dies();
    if (why.empty()) return;
    progress_.failure = why;
    machine_->enter(Stage::dead, why);
    life_.reset();  // what it has sent is on its way
  }

  /// On purpose: see BoardSpec.
  std::string why_it_dies() const {
    if (spec_.dies_in_kernel && progress_.stage == Stage::kernel) return "the kernel hangs";
    if (spec_.dies_after.empty()) return {};
    const auto& files = machine_->files;
    const bool has_it =
        std::ranges::any_of(files, [&](auto& file) { return file.name.ends_with(spec_.dies_after); });
    return has_it ? "stops dead after " + spec_.dies_after : "";
  }

  BoardSpec spec_;
  Progress progress_;
  bool ever_on_ = false;
  std::optional<Tick> cut_at_, back_at_;
  std::optional<Handover> handover_;
  std::unique_ptr<Machine> machine_;
  std::optional<Task<void>> life_;  // after machine_: it lives in there
};

}  // namespace

std::string_view name_of(Persona persona) { return row_of(persona).name; }

std::optional<Persona> persona_named(std::string_view name) {
  const auto* found = std::ranges::find(rows, name, &PersonaRow::name);
  if (found == std::end(rows)) return std::nullopt;
  return found->persona;
}

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::off: return "off";
    case Stage::firmware_dhcp: return "firmware DHCP";
    case Stage::firmware_files: return "boot files";
    case Stage::kernel: return "kernel";
    case Stage::initramfs_dhcp: return "initramfs DHCP";
    case Stage::handed_over: return "initramfs";
    case Stage::dead: return "dead";
  }
  return "?";
}

std::unique_ptr<Board> make_board(const BoardSpec& spec) { return std::make_unique<FirmwareBoard>(spec); }

}  // namespace rootstock::fleet
