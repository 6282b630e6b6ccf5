#include "tests/fleet/toys/toy_head.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::fleet::testing {
namespace {

std::string pop_text(std::string& rest) {
  const auto end = std::min(rest.find('\0'), rest.size());
  auto text = rest.substr(0, end);
  rest.erase(0, std::min(end + 1, rest.size()));
  return text;
}

std::uint64_t key_of(const Datagram& datagram) {
  return std::uint64_t{datagram.source.value} << 16 | datagram.source_port;
}

}  // namespace

void ToyHead::on_frame(Bytes frame, Tick now) {
  const auto packet = parse_frame(frame);
  if (!packet) return;
  if (const auto* arp = std::get_if<Arp>(&*packet)) {
    if (arp->request && arp->target == address)
      out_.emplace_back(now, emit(Arp{false, mac, address, arp->sender_mac, arp->sender}, arp->sender_mac));
    return;
  }
  const auto& datagram = std::get<Datagram>(*packet);
  if (datagram.target_port == dhcp_server_port || datagram.target_port == binl_port)
    return on_dhcp(datagram, now);
  if (datagram.target_port == 69) return on_request(datagram, now);
  on_talk(datagram, now);
}

void ToyHead::on_dhcp(const Datagram& datagram, Tick now) {
  Asked ask;
  Reader in{datagram.payload};
  in.u32();
  ask.xid = in.u32();
  in.u16();
  ask.flags = in.u16();
  in.take(8);
  ask.siaddr = Ipv4{in.u32()};
  in.u32();
  ask.mac = in.mac();
  // The client's own parser reads replies: make it one.
  auto copy = datagram;
  copy.payload[0] = 2;
  copy.target_port = dhcp_client_port;
  const auto options = reply_in(copy, ask.xid, ask.mac, false);
  if (!options) return;
  ask.options = *options;
  ask.at = now;
  ask.payload = datagram.payload;
  ask.to_4011 = datagram.target_port == binl_port;
  asked.push_back(ask);
  if (!dhcp) return;
  for (const auto& says : dhcp(ask)) {
    Options told;
    told.add(says.type);
    for (const auto& [code, value] : says.options) told.add(code, value);
    auto payload =
        emit(DhcpRequest{.xid = ask.xid, .siaddr = says.siaddr, .mac = ask.mac, .options = told.end()});
    payload[0] = 2;
    for (int i = 0; i < 4; ++i)
      payload[16 + i] = static_cast<std::uint8_t>(says.yiaddr.value >> (24 - 8 * i));
    auto frame =
        emit(Datagram{mac, ask.mac, says.source, says.yiaddr, dhcp_server_port, dhcp_client_port, payload},
             IpHabits{});
    if (says.spoil) says.spoil(frame);
    out_.emplace_back(now + dhcp_delay + says.later, std::move(frame));
  }
}

void ToyHead::on_request(const Datagram& datagram, Tick now) {
  auto rest = text_of(datagram.payload).substr(2);
  auto name = pop_text(rest);
  pop_text(rest);
  Talk talk{datagram.source_mac, datagram.source, datagram.source_port, 0, {}, 512, 0, 1, false, {}, {}, 0};
  std::string options, told;
  auto found = name;
  while (found.find("//") != std::string::npos) found.erase(found.find("//"), 1);
  const auto file = files.find(found);
  if (file != files.end()) talk.content = file->second;
  while (!rest.empty()) {
    const auto key = pop_text(rest), value = pop_text(rest);
    options += (options.empty() ? "" : " ") + key + "=" + value;
    if (!takes_options) continue;
    const auto answer = key == "tsize" ? std::to_string(talk.content.size()) : value;
    told += key + '\0' + answer + '\0';
    if (key == "blksize") talk.block_size = static_cast<std::size_t>(std::stoi(value));
    if (key == "windowsize") talk.window = static_cast<std::uint64_t>(std::stoi(value));
  }
  const bool repeated = talks_.contains(key_of(datagram));
  if (!repeated) {
    tftp_asked.push_back(name);
    tftp_options.push_back(options);
    tftp_ports.push_back(datagram.source_port);
  }
  talk.port = next_port_++;
  if (file == files.end()) {
    std::vector<std::uint8_t> error;
    Writer{error}.u16(5).u16(1).text("File not found").u8(0);
    return reply(talk, error, now);
  }
  if (repeated) return;
  auto& kept = talks_[key_of(datagram)] = talk;
  if (told.empty()) return window_out(kept, now);
  kept.oack = true;
  kept.last.emplace_back();
  Writer{kept.last.back()}.u16(6).text(told);
  kept.repeat_at = now + 200ms;
  reply(kept, kept.last.back(), now);
}

void ToyHead::on_talk(const Datagram& datagram, Tick now) {
  const auto found = talks_.find(key_of(datagram));
  if (found == talks_.end() || datagram.target_port != found->second.port) return;
  auto& talk = found->second;
  Reader in{datagram.payload};
  const auto opcode = in.u16();
  const auto block = in.u16();
  if (opcode == 5) talks_.erase(found);
  if (opcode != 4) return;
  if (talk.oack && block == 0) {
    talk.oack = false;
    return window_out(talk, now);
  }
  const auto ahead = static_cast<std::int16_t>(block - static_cast<std::uint16_t>(talk.acked));
  if (ahead <= 0) return;
  talk.acked += static_cast<std::uint64_t>(ahead);
  if (talk.acked * talk.block_size > talk.content.size())
    talks_.erase(found);
  else
    window_out(talk, now);
}

void ToyHead::window_out(Talk& talk, Tick now) {
  talk.last.clear();
  talk.repeats = 0;
  talk.repeat_at = now + 200ms;
  for (auto block = talk.acked + 1; block <= talk.acked + talk.window; ++block) {
    const auto from = (block - 1) * talk.block_size;
    if (from > talk.content.size()) break;
    talk.last.emplace_back();
    Writer{talk.last.back()}
        .u16(3)
        .u16(static_cast<std::uint16_t>(block))
        .text(std::string_view{talk.content}.substr(from, talk.block_size));
  }
  for (const auto& packet : talk.last) reply(talk, packet, now);
}

void ToyHead::reply(const Talk& talk, const std::vector<std::uint8_t>& packet, Tick now) {
  out_.emplace_back(
      now,
      emit(Datagram{mac, talk.mac, address, talk.client, talk.port, talk.client_port, packet}, IpHabits{}));
}

std::optional<Tick> ToyHead::deadline() const {
  std::optional<Tick> first;
  for (const auto& [key, talk] : talks_)
    if (!first || talk.repeat_at < *first) first = talk.repeat_at;
  return first;
}

void ToyHead::on_timer(Tick now) {
  for (auto at = talks_.begin(); at != talks_.end();) {
    auto& talk = at->second;
    if (talk.repeat_at <= now) {
      for (const auto& packet : talk.last) reply(talk, packet, now);
      talk.repeat_at = now + 200ms;
      if (++talk.repeats > 10) {
        at = talks_.erase(at);
        continue;
      }
    }
    ++at;
  }
}

WebReply ToyHead::get(const WebRequest& request) const {
  WebReply reply;
  const auto path = request.url.substr(request.url.find('/', 7) + 1);
  const auto file = files.find(path);
  reply.status = file == files.end() ? 404 : 200;
  if (file == files.end()) return reply;
  reply.body.assign(file->second.begin(), file->second.end());
  reply.size = reply.body.size();
  Sha256 digest;
  digest.add(reply.body);
  reply.sha256 = digest.finish();
  return reply;
}

Says good_answer(const Asked& ask) {
  Says says;
  says.type = ask.options.type == DhcpType::discover ? DhcpType::offer : DhcpType::ack;
  const auto vendor = ask.options.text(option::vendor_class);
  says.options[option::server] = std::string{"\x0a\x00\x00\x01", 4};
  says.options[option::mask] = std::string{"\xff\xff\xff\x00", 4};
  says.yiaddr = Ipv4{0x0a000000u + 10 + ask.mac.bytes[5]};
  if (ask.options.has(option::user_class)) {
    says.options[option::boot_file] = "http://10.0.0.1/boot.ipxe";
  } else if (vendor.starts_with("PXEClient:Arch:00000") && ask.mac.bytes[0] == 0x52) {
    says.options[option::boot_file] = "undionly.kpxe";
  } else if (vendor.starts_with("PXEClient:Arch:00000")) {
    says.options[option::vendor] = pi_menu("Raspberry Pi Boot   ");
    says.options[option::tftp_name] = "10.0.0.1";
  } else if (vendor.starts_with("HTTPClient")) {
    says.options[option::vendor_class] = "HTTPClient";
    says.options[option::boot_file] = vendor.find("00016") != std::string::npos
                                          ? "http://10.0.0.1/snponly.efi"
                                          : "http://10.0.0.1/grubaa64.efi";
  } else if (vendor.starts_with("PXEClient:Arch:00007")) {
    says.options[option::boot_file] = "snponly.efi";
  } else if (vendor.starts_with("PXEClient:Arch:00011")) {
    says.options[option::boot_file] = "grubaa64.efi";
  }
  return says;
}

ToyHead good_head() {
  ToyHead head;
  head.dhcp = [](const Asked& ask) { return std::vector{good_answer(ask)}; };
  const std::string big(200'000, 'x'), line = "rootstock.head=10.0.0.1 rootstock.boot=lab/1 panic=30";
  const std::string config = "arm_64bit=1\nkernel=kernel8.img\ninitramfs initramfs8 followkernel\n";
  for (const auto* name :
       {"start4.elf", "fixup4.dat", "start.elf", "fixup.dat", "kernel8.img", "initramfs8",
        "bcm2710-rpi-3-b.dtb", "bcm2710-rpi-3-b-plus.dtb", "bcm2711-rpi-4-b.dtb", "bcm2712-rpi-5-b.dtb"})
    head.files[std::string{"0badcafe/"} + name] = big + name;
  head.files["0badcafe/config.txt"] = config;
  head.files["0badcafe/cmdline.txt"] = line + "\n";
  head.files["bootcode.bin"] = big;
  for (const auto* name :
       {"lab/1/kernel", "lab/1/initramfs", "/lab/1/kernel", "/lab/1/initramfs", "snponly.efi",
        "undionly.kpxe", "grubaa64.efi", "grubaa64-http.efi", "dtbs/rockchip/rk3399-rock-pi-4a.dtb"})
    head.files[name] = big + name;
  head.files["pxelinux.cfg/01-0a-00-00-00-00-07"] =
      "default rootstock\nlabel rootstock\n  kernel lab/1/kernel\n  initrd lab/1/initramfs\n  fdtdir dtbs\n  "
      "append " +
      line + "\n";
  head.files["boot.ipxe"] =
      "#!ipxe\nkernel http://10.0.0.1/lab/1/kernel initrd=initramfs " + line +
      " || goto again\ninitrd --name initramfs http://10.0.0.1/lab/1/initramfs || goto again\n"
      "boot || goto again\n:again\nsleep 10\nchain --replace http://10.0.0.1/boot.ipxe\n";
  head.files["grub/grub.cfg"] = head.files["/grub/grub.cfg"] =
      "while true; do\n  source $prefix/node.cfg\n  sleep 10\ndone\n";
  head.files["grub/node.cfg"] = head.files["/grub/node.cfg"] =
      "echo 'boots'\nif linux (http,10.0.0.1)/lab/1/kernel 'rootstock.head=10.0.0.1' 'panic=30'; then\n"
      "  if initrd (http,10.0.0.1)/lab/1/initramfs; then boot; fi\nfi\n"
      "if linux /lab/1/kernel 'rootstock.head=10.0.0.1'; then\n"
      "  if initrd /lab/1/initramfs; then boot; fi\nfi\n";
  return head;
}

}  // namespace rootstock::fleet::testing
