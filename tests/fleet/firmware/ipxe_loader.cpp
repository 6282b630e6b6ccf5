// iPXE after its start: its own DHCP, then the script it is sent (NETBOOT-FACTS 1.5 and 5).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "tests/fleet/firmware/fetcher.hpp"
#include "tests/fleet/firmware/ipxe_script.hpp"
#include "tests/fleet/firmware/loaders.hpp"
#include "tests/fleet/firmware/pxe_dhcp.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

TftpStyle ipxe_style() {
  TftpStyle style;
  style.options = {{"blksize", "1432"}, {"tsize", "0"}};
  style.answers_gaps = true;
  style.repeat_after = 1s;
  style.repeats = 10;
  return style;
}

class Ipxe {
 public:
  Ipxe(Machine& machine, PxeLease lease, std::uint16_t arch)
      : machine_(machine), arch_(arch), fetcher_(machine, ipxe_style()), here_(lease.boot_file) {
    settings_ = {{"mac", machine.spec.mac.text()},
                 {"platform", arch == 0 ? "pcbios" : "efi"},
                 {"buildarch", arch == 11  ? "arm64"
                               : arch == 7 ? "x86_64"
                                           : "i386"}};
    take(lease);
  }

  Task<Outcome> run() {
    while (!booted_ && !failed_) {
      const auto text = co_await fetch(here_, Want::text);
      if (!text.got()) co_return stuck("iPXE: " + here_ + ": " + text.words);
      const auto script = read_ipxe_script(text.text());
      if (script.empty()) co_return stuck("iPXE: " + here_ + " is not a script");
      co_await play(script);
      if (!next_) break;
      here_ = *std::exchange(next_, std::nullopt);
    }
    if (!booted_) co_return stuck("iPXE: the script ended without a boot");
    co_return Loaded{kernel_, initramfs_, kernel_line_};
  }

 private:
  void take(const PxeLease& lease) {
    server_ = lease.server;
    settings_["ip"] = machine_.address.text();
    settings_["next-server"] = lease.server.text();
    settings_["filename"] = lease.boot_file;
  }

  Task<bool> dhcp() {
    const auto lease = co_await pxe_dhcp(machine_, ipxe_profile(arch_));
    if (!lease) co_return false;
    take(*lease);
    co_return true;
  }

  Task<Fetched> fetch(std::string uri, Want want) {
    if (uri.starts_with("http://")) {
      auto fetched = co_await fetcher_.http(uri, want);
      co_return fetched;
    }
    constexpr std::string_view scheme = "tftp://";
    auto server = server_;
    if (uri.starts_with(scheme)) {
      uri.erase(0, scheme.size());
      const auto slash = uri.find('/');
      server = Ipv4::parse(uri.substr(0, slash)).value_or(Ipv4{});
      uri.erase(0, slash == std::string::npos ? uri.size() : slash + 1);
    }
    auto fetched = co_await fetcher_.tftp(server, uri, want);
    co_return fetched;
  }

  /// A relative name belongs to where the script came from.
  std::string resolved(const std::string& uri) const {
    if (uri.find("://") != std::string::npos) return uri;
    const auto scheme = here_.find("://");
    if (uri.starts_with('/') && scheme != std::string::npos)
      return here_.substr(0, here_.find('/', scheme + 3)) + uri;
    const auto slash = here_.rfind('/');
    return slash == std::string::npos ? uri : here_.substr(0, slash + 1) + uri;
  }

  Task<void> play(std::vector<IpxeLine> script) {
    constexpr int patience = 100'000;  // lines; a script that never waits would never end
    int lines = 0;
    for (std::size_t at = 0; at < script.size() && !booted_ && !next_; ++at) {
      if (++lines > patience) co_return;
      jump_.reset();
      bool ok = true;
      for (const auto& command : script[at].commands) {
        if (command.join == (ok ? Join::if_failed : Join::if_succeeded)) continue;
        ok = co_await execute(expanded(command.words));
        if (jump_ || booted_ || next_) break;
      }
      if (!ok && !script[at].commands.empty()) co_return;  // iPXE leaves a script whose command failed
      if (!jump_) continue;
      const auto target = std::ranges::find(script, *jump_, &IpxeLine::label);
      if (target == script.end()) co_return;
      at = static_cast<std::size_t>(target - script.begin());
    }
  }

  std::vector<std::string> expanded(std::vector<std::string> words) const {
    for (auto& word : words) word = expand_ipxe(word, settings_);
    return words;
  }

  Task<bool> execute(std::vector<std::string> words) {
    if (words.empty()) co_return true;
    const auto command = words.front();
    if (command == "goto" && words.size() == 2) {
      jump_ = words[1];
    } else if (command == "sleep" && words.size() == 2) {
      int seconds = 0;
      std::from_chars(words[1].data(), words[1].data() + words[1].size(), seconds);
      co_await machine_.sleep(std::chrono::seconds{seconds});
    } else if (command == "kernel" || command == "initrd" || command == "chain") {
      const bool done = co_await load(words);
      co_return done;
    } else if (command == "boot") {
      booted_ = !kernel_.empty();
      co_return booted_;
    } else if (command == "dhcp") {
      const bool bound = co_await dhcp();
      co_return bound;
    } else if (command == "imgfree") {
      kernel_.clear(), initramfs_.clear();
    } else if (command == "set" && words.size() >= 2) {
      settings_[words[1]] = words.size() > 2 ? words[2] : "";
    } else if (command == "isset") {
      co_return words.size() > 1;
    } else if (command == "exit" || command == "shell") {
      failed_ = true;
      co_return false;
    } else if (command == "echo") {
      machine_.note("iPXE says:" + joined(words, 1));
    } else {
      machine_.note("iPXE does not know the command " + command);
      co_return false;
    }
    co_return true;
  }

  Task<bool> load(std::vector<std::string> words) {
    std::size_t at = 1;
    while (at < words.size() && words[at].starts_with('-')) at += words[at] == "--name" ? 2 : 1;
    if (at >= words.size()) co_return false;
    const auto uri = resolved(words[at]);
    if (words.front() == "chain") {
      next_ = uri;
      co_return true;
    }
    const auto fetched = co_await fetch(uri, Want::file);
    if (!fetched.got()) co_return false;
    (words.front() == "kernel" ? kernel_ : initramfs_) = fetched.file.name;
    if (words.front() == "kernel") kernel_line_ = joined(words, at + 1);
    co_return true;
  }

  static std::string joined(const std::vector<std::string>& words, std::size_t from) {
    std::string line;
    for (auto i = from; i < words.size(); ++i) line += (line.empty() ? "" : " ") + words[i];
    return line;
  }

  Machine& machine_;
  std::uint16_t arch_;
  Ipv4 server_;
  Fetcher fetcher_;
  std::string here_;
  std::map<std::string, std::string> settings_;
  std::optional<std::string> jump_, next_;
  bool booted_ = false, failed_ = false;
  std::string kernel_, initramfs_, kernel_line_;
};

}  // namespace

Task<Outcome> run_ipxe(Machine& machine, std::uint16_t arch, Ipv4 tftp) {
  if (machine.spec.ipxe_autoexec && !tftp.unset()) {
    Fetcher fetcher{machine, ipxe_style()};
    const auto autoexec = co_await fetcher.tftp(tftp, "autoexec.ipxe", Want::probe);
    if (autoexec.found()) {
      const PxeLease beside{tftp, "autoexec.ipxe"};
      Ipxe ipxe{machine, beside, arch};
      co_return co_await ipxe.run();
    }
  }
  machine.enter(Stage::firmware_dhcp, "iPXE asks for an address");
  const auto lease = co_await pxe_dhcp(machine, ipxe_profile(arch));
  if (!lease) co_return stuck("iPXE: no DHCP answer");
  if (lease->boot_file.empty()) co_return stuck("iPXE: no boot file in the answer");
  machine.enter(Stage::firmware_files, "iPXE asks for " + lease->boot_file);
  if (!lease->boot_file.ends_with(".ipxe"))
    co_return stuck("iPXE is sent " + lease->boot_file + ": an endless chain");
  Ipxe ipxe{machine, *lease, arch};
  co_return co_await ipxe.run();
}

}  // namespace rootstock::fleet
