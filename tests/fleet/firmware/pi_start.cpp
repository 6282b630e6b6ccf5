#include "tests/fleet/firmware/pi_start.hpp"

namespace rootstock::fleet {

Task<void> PiStart::read_config(int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    const auto fetched = co_await files_.read("config.txt", Want::text);
    if (fetched.got()) text = fetched.text();
  }
  config_ = read_config_txt(text, machine_.spec.persona, machine_.spec.serial);
  for (const auto& complaint : config_.complaints) machine_.note(complaint);
}

Task<void> PiStart::check_os_prefix() {
  if (config_.os_prefix.empty()) co_return;
  // A prefix that does not lead to a kernel and a device tree is forgotten.
  bool good = co_await files_.probe(os_path(device_tree_name(config_, machine_.spec.persona)));
  if (good) good = co_await files_.probe(os_path(kernel_names(config_, machine_.spec.persona).front()));
  if (!good) {
    machine_.note("os_prefix " + config_.os_prefix + " dropped: no kernel or device tree there");
    config_.os_prefix.clear();
  }
}

Task<std::optional<std::string>> PiStart::find_kernel() {
  for (const auto& name : kernel_names(config_, machine_.spec.persona)) {
    const bool there = co_await files_.probe(os_path(name));
    if (there) co_return name;
  }
  co_return std::nullopt;
}

Task<bool> PiStart::load_device_tree(int times) {
  const auto name = os_path(device_tree_name(config_, machine_.spec.persona));
  bool got = co_await files_.probe(name);
  for (int i = 0; got && i < times; ++i) {
    const auto fetched = co_await files_.read(name);
    got = fetched.got();
  }
  co_return got;
}

Task<void> PiStart::load_overlays() {
  auto folder = config_.os_prefix + config_.overlay_prefix;
  if (!config_.os_prefix.empty()) {
    const bool there = co_await files_.probe(folder + "README");
    if (!there) folder = config_.overlay_prefix;
  }
  const bool mapped = co_await files_.probe(folder + "overlay_map.dtb");
  if (mapped) co_await files_.read(folder + "overlay_map.dtb");
  for (const auto& name : config_.overlays) {
    const auto fetched = co_await files_.read(folder + name + ".dtbo");
    if (!fetched.got()) machine_.note("overlay " + name + " is not there");
  }
}

Task<void> PiStart::load_cmdline(int times) {
  for (int i = 0; i < times; ++i) {
    const auto fetched = co_await files_.read(os_path(config_.cmdline), Want::text);
    if (!fetched.got()) continue;
    kernel_line_ = fetched.text();
    kernel_line_.resize(std::min(kernel_line_.find('\n'), kernel_line_.size()));
  }
}

Task<bool> PiStart::load_initramfs() {
  auto names = config_.initramfs;
  if (names.empty() && config_.auto_initramfs) names = {initramfs_name_for(kernel_)};
  for (const auto& name : names) {
    const auto path = os_path(name);
    const bool there = co_await files_.probe(path);
    if (!there) co_return false;
    const auto fetched = co_await files_.read(path);
    if (!fetched.got()) co_return false;
    initramfs_ = fetched.file.name;
  }
  co_return true;
}

Outcome PiStart::finished() {
  // Without a device tree the kernel starts and hangs without a word: nobody tries again.
  if (!has_tree_) return dead("no device tree: the kernel hangs");
  if (kernel_line_.empty()) return dead("no cmdline.txt: the kernel finds no root");
  return Loaded{kernel_, initramfs_, kernel_line_};
}

Task<Outcome> PiStart::run_start_elf() {
  const bool four = machine_.spec.persona == Persona::pi4;
  files_.double_slashes(four && machine_.spec.double_slash);
  files_.style() = pi_style(machine_.spec);
  co_await files_.look_for("recovery.elf");
  co_await read_config(four ? 2 : 5);
  co_await files_.look_for("dt-blob.bin");
  co_await files_.look_for("bootcfg.txt");
  co_await check_os_prefix();
  has_tree_ = co_await load_device_tree(four ? 1 : 2);
  co_await load_overlays();
  co_await load_cmdline(four ? 1 : 2);
  co_await files_.look_for("recovery8.img");
  const auto kernel = co_await find_kernel();
  if (!kernel) co_return dead("no kernel: the firmware stops");
  kernel_ = *kernel;
  const bool whole = co_await load_initramfs();
  if (!whole) co_return dead("the initramfs that config.txt names is not there");
  co_await files_.look_for(four ? "armstub8-gic.bin" : "armstub8.bin");
  const auto image = co_await files_.read(os_path(*kernel));
  if (!image.got()) co_return dead("the kernel broke off: " + image.words);
  kernel_ = image.file.name;
  co_return finished();
}

Task<Outcome> PiStart::run_pi5() {
  files_.double_slashes(machine_.spec.double_slash);
  co_await read_config(2);
  co_await check_os_prefix();
  const auto kernel = co_await find_kernel();
  if (!kernel) co_return stuck("no kernel (kernel_2712.img, kernel8.img or what config.txt names)");
  kernel_ = *kernel;
  has_tree_ = co_await load_device_tree(1);
  const bool whole = co_await load_initramfs();
  if (!whole) co_return stuck("the initramfs that config.txt names is not there");
  co_await load_overlays();
  co_await load_cmdline(1);
  co_await files_.look_for("armstub8-2712.bin");
  const auto image = co_await files_.read(os_path(*kernel));
  if (!image.got()) co_return stuck("the kernel broke off: " + image.words);
  kernel_ = image.file.name;
  co_return finished();
}

}  // namespace rootstock::fleet
