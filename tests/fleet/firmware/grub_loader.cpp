// GRUB as Debian signs it for networks: it keeps the firmware's address and lives by $prefix/grub.cfg (facts
// 5).
#include <fmt/format.h>

#include <charconv>

#include "tests/fleet/firmware/fetcher.hpp"
#include "tests/fleet/firmware/grub_script.hpp"
#include "tests/fleet/firmware/loaders.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

TftpStyle grub_style() {
  TftpStyle style;
  style.options = {{"blksize", "1024"}, {"tsize", "0"}};
  style.repeat_after = 400ms;
  style.repeats = 40;
  return style;
}

class Grub {
 public:
  Grub(Machine& machine, std::string device, bool has_http)
      : machine_(machine), fetcher_(machine, grub_style()), has_http_(has_http) {
    variables_ = {{"root", device},
                  {"prefix", "(" + device + ")/grub"},
                  {"grub_cpu", "arm64"},
                  {"grub_platform", "efi"},
                  {"net_default_mac", machine.spec.mac.text()},
                  {"net_default_ip", machine.address.text()},
                  {"net_default_server", device.substr(device.find(',') + 1)}};
  }

  Task<Outcome> run() {
    if (device_is_web(variables_.at("root")) && !has_http_)
      co_return stuck("GRUB has no http module: it stops at its prompt");
    // As seen from Debian 12's signed image: the lists of its shell's modules, then its configuration. Its
    // embedded one tests for $prefix/arm64-efi/grub.cfg, which asks nothing: TFTP has no listing of folders.
    for (const auto* list : {"command", "fs", "crypto", "terminal"})
      co_await fetch(fmt::format("{}/arm64-efi/{}.lst", variables_.at("prefix"), list), Want::text);
    const auto config = co_await fetch(variables_.at("prefix") + "/grub.cfg", Want::text);
    if (!config.got()) co_return stuck("GRUB: no grub.cfg: " + config.words);
    auto outcome = co_await play(config.text());
    co_return outcome;
  }

 private:
  Task<Outcome> play(std::string text) {
    const auto block = read_grub_script(text);
    if (!block) co_return stuck("GRUB: grub.cfg has a syntax error");
    co_await run_block(*block);
    if (!booted_) co_return stuck("GRUB: grub.cfg ended without a boot");
    co_return Loaded{kernel_, initramfs_, kernel_line_};
  }

  bool over() {
    constexpr int patience = 100'000;  // commands; a script that never waits would never end
    return booted_ || ++commands_ > patience;
  }

  Task<bool> run_block(const GrubBlock& block) {
    bool ok = true;
    for (const auto& node : block) {
      if (over()) break;
      ok = co_await run_node(node);
    }
    co_return ok;
  }

  Task<bool> run_node(const GrubNode& node) {
    if (node.kind == GrubNode::Kind::command) co_return co_await command(node.words);
    bool holds = co_await run_block(node.condition);
    if (node.kind == GrubNode::Kind::choice) {
      const auto& branch = holds ? node.body : node.otherwise;
      co_return co_await run_block(branch);
    }
    while (holds && !over()) {
      co_await run_block(node.body);
      if (!over()) holds = co_await run_block(node.condition);
    }
    co_return true;
  }

  Task<bool> command(std::vector<std::string> words) {
    for (auto& word : words) word = expand_grub(word, variables_);
    const auto& name = words.front();
    const auto equals = name.find('=');
    if (name == "set" && words.size() > 1) {
      const auto sign = words[1].find('=');
      if (sign != std::string::npos) variables_[words[1].substr(0, sign)] = words[1].substr(sign + 1);
    } else if (equals != std::string::npos && words.size() == 1) {
      variables_[name.substr(0, equals)] = name.substr(equals + 1);
    } else if (name == "source" || name == "." || name == "configfile") {
      if (words.size() < 2) co_return false;
      const auto path = words[1];
      co_return co_await source(path);
    } else if (name == "linux" || name == "initrd") {
      co_return co_await load(words);
    } else if (name == "boot") {
      booted_ = !kernel_.empty();
      co_return booted_;
    } else if (name == "sleep") {
      int seconds = 0;
      if (words.size() > 1) std::from_chars(words[1].data(), words[1].data() + words[1].size(), seconds);
      co_await machine_.sleep(std::chrono::seconds{seconds});
    } else if (name == "echo") {
      if (words.size() > 1) machine_.note("GRUB says: " + words[1]);
    } else if (name == "true" || name == "insmod" || name == "export") {
      co_return true;
    } else {
      if (name != "false") machine_.note("GRUB does not know the command " + name);
      co_return false;
    }
    co_return true;
  }

  Task<bool> source(std::string path) {
    const auto fetched = co_await fetch(path, Want::text);
    const auto block = fetched.got() ? read_grub_script(fetched.text()) : std::nullopt;
    if (!block) co_return false;
    co_return co_await run_block(*block);
  }

  Task<bool> load(std::vector<std::string> words) {
    if (words.size() < 2) co_return false;
    const auto fetched = co_await fetch(words[1], Want::file);
    if (!fetched.got()) co_return false;
    if (words[0] == "initrd") {
      if (kernel_.empty()) co_return false;
      initramfs_ = fetched.file.name;
      co_return true;
    }
    kernel_ = fetched.file.name;
    kernel_line_ = "BOOT_IMAGE=" + words[1];
    for (std::size_t i = 2; i < words.size(); ++i) kernel_line_ += " " + words[i];
    co_return true;
  }

  /// "(http,10.0.0.1)/x", or "/x" on $root. GRUB keeps the leading slash in what it asks of TFTP.
  Task<Fetched> fetch(std::string path, Want want) {
    auto device = variables_.at("root");
    if (path.starts_with('(')) {
      const auto end = std::min(path.find(')'), path.size());
      device = path.substr(1, end - 1);
      path.erase(0, end + 1);
    }
    const auto comma = device.find(',');
    const auto host =
        comma == std::string::npos ? variables_.at("net_default_server") : device.substr(comma + 1);
    if (device_is_web(device)) {
      const bool able = co_await has_http();
      if (able) co_return co_await fetcher_.http("http://" + host + path, want);
      Fetched none;
      none.end = Fetch::missing;
      none.words = "disk `" + device + "' not found";
      co_return none;
    }
    co_return co_await fetcher_.tftp(Ipv4::parse(host).value_or(Ipv4{}), path, want);
  }

  static bool device_is_web(std::string_view device) { return device.starts_with("http"); }

  /// A module that is missing is looked for below $prefix, again each time.
  Task<bool> has_http() {
    if (has_http_) co_return true;
    const auto module = variables_.at("prefix") + "/arm64-efi/http.mod";
    const auto fetched = co_await fetch(module, Want::file);
    has_http_ = fetched.got();
    co_return has_http_;
  }

  Machine& machine_;
  Fetcher fetcher_;
  bool has_http_;
  std::map<std::string, std::string> variables_;
  int commands_ = 0;
  bool booted_ = false;
  std::string kernel_, initramfs_, kernel_line_;
};

}  // namespace

Task<Outcome> run_grub(Machine& machine, std::string device, bool has_http) {
  machine.note("GRUB starts from (" + device + ")");
  Grub grub{machine, device, has_http};
  auto outcome = co_await grub.run();
  co_return outcome;
}

}  // namespace rootstock::fleet
