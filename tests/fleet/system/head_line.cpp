#include "tests/fleet/system/head_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "tests/fleet/firmware/bytes.hpp"
#include "tests/fleet/system/http_client.hpp"

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;

/// As in init: every byte, so no table of safe ones is needed.
std::string form_text(std::string_view text) {
  std::string out;
  for (const unsigned char byte : text) out += fmt::format("%{:02x}", byte);
  return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string new_boot_id(std::mt19937& random) {
  const auto word = [&random] { return static_cast<std::uint32_t>(random()); };
  const auto a = word(), b = word(), c = word(), d = word();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", a, b >> 16, b & 0xfff,
                     0x8000 | (c & 0x3fff), c >> 16, d);
}

asio::awaitable<std::vector<std::uint8_t>> HeadLine::answer(Call call, std::string method, std::string what,
                                                            std::string form) {
  const HttpAsk question{std::move(method), "node/" + what, std::move(form)};
  auto reply = co_await ask(call, question, random_);
  if (reply.status == 200) co_return std::move(reply.body);
  const auto said = first_line(text_of(reply.body));
  const auto words =
      fmt::format("/node/{}: status {}: {}", what.substr(0, what.find('?')), reply.status, said);
  if (reply.status == 403) throw Refused(words);
  throw StepFailed(words);
}

asio::awaitable<std::string> HeadLine::get(std::string what) {
  const auto body = co_await answer(call_, "GET", std::move(what), "");
  co_return text_of(body);
}

asio::awaitable<std::string> HeadLine::post(std::string what, std::string form) {
  const auto body = co_await answer(call_, "POST", std::move(what), std::move(form));
  co_return text_of(body);
}

asio::awaitable<std::vector<std::uint8_t>> HeadLine::overlay() {
  auto call = call_;
  call.source = overlay_ports;
  auto body = co_await answer(call, "GET", "overlay", "");
  co_return body;
}

asio::awaitable<std::int64_t> HeadLine::time() {
  const auto text = co_await get("time");
  const auto seconds = number_in(first_line(text));
  if (!seconds) throw StepFailed("/node/time: no time but '" + text + "'");
  co_return *seconds;
}

asio::awaitable<GateWord> HeadLine::gate(const Identity& identity) {
  const auto text = co_await get(fmt::format("gate?boot={}&serial={}&model={}&uuid={}", form_text(boot_id_),
                                             form_text(identity.serial), form_text(identity.model),
                                             form_text(identity.uuid)));
  using What = GateWord::What;
  const auto word = first_line(text),
             words = first_line(text.substr(std::min(text.find('\n') + 1, text.size())));
  if (word == "go") co_return GateWord{};
  const auto seconds = word.starts_with("wait ") ? number_in(word.substr(5)) : std::nullopt;
  if (!words.empty() && word == "again-from-start") co_return GateWord{What::start_over, {}, words};
  if (words.empty() || !seconds || *seconds < 1)
    throw StepFailed("/node/gate: a word that no initramfs understands: '" + text + "'");
  co_return GateWord{What::wait, std::chrono::seconds{*seconds}, words};
}

asio::awaitable<void> HeadLine::step(std::string_view step, std::int64_t seconds, std::string_view more) {
  co_await post("step",
                fmt::format("boot={}&step={}&seconds={}{}", form_text(boot_id_), step, seconds, more));
}

asio::awaitable<void> HeadLine::up(std::int64_t seconds, std::string_view slurmd) {
  co_await post("up", fmt::format("{}&generation={}&kernel=fleet&seconds={}&slurmd={}", proof(),
                                  form_text(generation_), seconds, slurmd));
}

asio::awaitable<BeatReply> HeadLine::beat(const Heartbeat& beat) {
  const auto text = co_await post(
      "beat",
      fmt::format(
          "{}&generation={}&uptime={}&clock={:.3f}&memory={}&total={}&temperature=51&throttled=0x0&root={}"
          "&slurmd={}&oom={}",
          proof(), form_text(generation_), beat.uptime, beat.clock, beat.memory, beat.total, beat.root,
          beat.slurmd, beat.oom));
  BeatReply reply;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto seconds = line.starts_with("again ") ? number_in(line.substr(6)) : std::nullopt;
    if (seconds)
      reply.again = std::chrono::seconds{std::max<std::int64_t>(*seconds, 1)};
    else if (line == "reboot" || line == "poweroff")
      reply.order = line;
    else
      throw StepFailed("/node/beat: a reply that no node understands: '" + line + "'");
  }
  co_return reply;
}

asio::awaitable<void> HeadLine::down(std::string_view how) {
  co_await post("down", fmt::format("{}&how={}", proof(), how));
}

asio::awaitable<void> HeadLine::trouble(std::string_view text) {
  try {
    co_await post("trouble", fmt::format("boot={}&generation={}&text={}", form_text(boot_id_),
                                         form_text(generation_), form_text(text)));
  } catch (const StepFailed&) {
    co_return;
  }
}

std::string HeadLine::proof() const { return fmt::format("token={}&boot={}", token_, form_text(boot_id_)); }

}  // namespace rootstock::fleet
