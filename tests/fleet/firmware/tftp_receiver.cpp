#include "tests/fleet/firmware/tftp_receiver.hpp"

#include <algorithm>
#include <charconv>

namespace rootstock::fleet {
namespace {

enum Opcode : std::uint16_t { read_request = 1, data = 3, acknowledge = 4, error = 5, option_ack = 6 };
constexpr std::uint16_t not_found = 1, option_refused = 8;

std::string next_text(Reader& in) {
  const auto rest = in.rest();
  const auto end = std::ranges::find(rest, std::uint8_t{0});
  const auto size = static_cast<std::size_t>(end - rest.begin());
  auto text = text_of(in.take(size));
  if (end != rest.end()) in.u8();
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::uint8_t> emit_error(std::uint16_t code, std::string_view text) {
  std::vector<std::uint8_t> packet;
  Writer{packet}.u16(Opcode::error).u16(code).text(text).u8(0);
  return packet;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::vector<std::uint8_t> emit_read_request(std::string_view name, const TftpStyle& style) {
  std::vector<std::uint8_t> packet;
  Writer out{packet};
  out.u16(read_request).text(name).u8(0).text("octet").u8(0);
  for (const auto& [key, value] : style.options) out.text(key).u8(0).text(value).u8(0);
  return packet;
}

std::optional<std::vector<std::uint8_t>> TftpReceiver::on_packet(Bytes packet) {
  Reader in{packet};
  progressed_ = false;
  const auto opcode = in.u16();
  if (state_ != Fetch::under_way || !in.ok()) return std::nullopt;
  if (opcode == option_ack) return on_options(in);
  if (opcode == data) return on_data(in);
  if (opcode == error) return on_error(in);
  return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> TftpReceiver::on_options(Reader in) {
  if (next_block_ > 1) return std::nullopt;  // a late copy of it
  while (!in.rest().empty()) {
    const auto key = lower(next_text(in));
    const auto value = number(next_text(in));
    const bool asked = std::ranges::any_of(style_.options, [&](const auto& o) { return o.first == key; });
    // RFC 2347: an option that was not asked for must not be there.
    if (!asked || !value)
      return refuse(option_refused, "the server's OACK has an option we never asked: " + key);
    if (key == "blksize") block_size_ = *value;
    if (key == "windowsize") window_ = std::max<std::uint64_t>(1, *value);
    if (key == "tsize") announced_size_ = *value;
  }
  progressed_ = !options_agreed_;
  options_agreed_ = true;
  return probe_ ? end_probe() : ack();
}

std::optional<std::vector<std::uint8_t>> TftpReceiver::on_data(Reader in) {
  const auto wire_block = in.u16();
  if (!in.ok()) return std::nullopt;
  if (style_.needs_options && !options_agreed_)
    return refuse(option_refused, "the server ignores tsize and blksize, which this firmware needs");
  if (probe_) return end_probe();
  const auto ahead = static_cast<std::int16_t>(wire_block - static_cast<std::uint16_t>(next_block_));
  if (ahead < 0) return ack();
  if (ahead > 0) return style_.answers_gaps ? std::optional{ack()} : std::nullopt;
  const auto payload = in.rest();
  if (payload.size() > block_size_) return refuse(4, "a block longer than agreed");
  digest_.add(payload);
  if (keep_) bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  size_ += payload.size();
  ++next_block_;
  progressed_ = true;
  if (payload.size() < block_size_) state_ = Fetch::got;
  if (state_ == Fetch::under_way && next_block_ > 0xffff && !style_.rollover)
    return refuse(3, "the file is longer than 65535 blocks, where this firmware's counter ends");
  if (state_ == Fetch::under_way && next_block_ - 1 - acked_ < window_) return std::nullopt;
  return ack();
}

std::optional<std::vector<std::uint8_t>> TftpReceiver::on_error(Reader in) {
  const auto code = in.u16();
  words_ = "error " + std::to_string(code) + ": " + next_text(in);
  state_ = code == not_found ? Fetch::missing : Fetch::refused;
  return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> TftpReceiver::end_probe() {
  state_ = Fetch::probed;
  return emit_error(style_.probe_error, style_.probe_text);
}

std::optional<std::vector<std::uint8_t>> TftpReceiver::refuse(std::uint16_t code, std::string words) {
  state_ = Fetch::refused;
  words_ = std::move(words);
  return emit_error(code, words_);
}

std::vector<std::uint8_t> TftpReceiver::ack() {
  acked_ = next_block_ - 1;
  std::vector<std::uint8_t> packet;
  Writer{packet}.u16(acknowledge).u16(static_cast<std::uint16_t>(acked_));
  return packet;
}

FetchedFile TftpReceiver::take_file() {
  FetchedFile file;
  file.size = size_;
  file.sha256 = digest_.finish();
  file.bytes = std::move(bytes_);
  return file;
}

}  // namespace rootstock::fleet
