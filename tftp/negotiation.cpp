#include "tftp/negotiation.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace rootstock::tftp {

namespace {

constexpr std::uint64_t smallest_block = 8, largest_legal_block = 65464;  // RFC 2348
constexpr std::uint64_t longest_timeout = 255;                            // RFC 2349
constexpr std::size_t datagram_limit = 65507;                             // IPv4 and UDP headers off 65535

bool same_word(std::string_view a, std::string_view b) {  // RFC 2347: names are case-insensitive
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Decimal digits and nothing else; a number too large for 64 bits is just a very large one.
std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); }))
    return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? value : UINT64_MAX;
}

class Negotiation {
 public:
  Negotiation(std::uint64_t file_size, Limits limits) : file_size_(file_size), limits_(limits) {}

  /// Unknown options are left out of the answer (RFC 2347); a fault ends the transfer.
  std::optional<OptionFault> consider(const Option& option) {
    if (same_word(option.name, "blksize")) return block_size(option);
    if (same_word(option.name, "windowsize")) return window(option);
    if (same_word(option.name, "timeout")) return timeout(option);
    if (same_word(option.name, "tsize")) accept(option.name, file_size_);  // whatever the client guessed
    return std::nullopt;
  }

  Terms finish() {
    limit_window();
    if (!answers_.empty()) {
      OptionAck packet;
      for (const auto& answer : answers_) packet.options.push_back({answer.name, answer.value});
      terms_.option_ack = emit(packet);
    }
    return std::move(terms_);
  }

 private:
  struct Answer {
    std::string_view name;  // spelled as the client spelled it
    std::string value;
  };

  void accept(std::string_view name, std::uint64_t value) {
    const auto known =
        std::ranges::find_if(answers_, [&](const Answer& a) { return same_word(a.name, name); });
    if (known != answers_.end())
      known->value = std::to_string(value);  // asked twice: the last one counts
    else
      answers_.push_back({name, std::to_string(value)});
  }

  // RFC 2348: the answer may be smaller, never larger, and never below 8. So a wish for less has no answer.
  std::optional<OptionFault> block_size(const Option& option) {
    const auto asked = number(option.value);
    if (!asked || *asked < smallest_block) return "blksize must be 8 to 65464";
    terms_.block_size = static_cast<std::uint16_t>(
        std::min({*asked, largest_legal_block, std::uint64_t{limits_.largest_block}}));
    accept(option.name, terms_.block_size);
    return std::nullopt;
  }

  // RFC 7440: 1 to 65535, and the answer may be smaller.
  std::optional<OptionFault> window(const Option& option) {
    const auto asked = number(option.value);
    if (!asked || *asked == 0) return "windowsize must be 1 to 65535";
    terms_.window = static_cast<std::uint16_t>(std::min(*asked, std::uint64_t{limits_.largest_window}));
    accept(option.name, terms_.window);
    return std::nullopt;
  }

  // RFC 2349: the answer must be the value asked for.
  std::optional<OptionFault> timeout(const Option& option) {
    const auto asked = number(option.value);
    if (!asked || *asked == 0 || *asked > longest_timeout) return "timeout must be 1 to 255";
    terms_.timeout = std::chrono::seconds{*asked};
    accept(option.name, *asked);
    return std::nullopt;
  }

  // The block size may come after the windowsize, so a window is cut to one send only at the end.
  void limit_window() {
    const auto fits = static_cast<std::uint16_t>(datagram_limit / (terms_.block_size + data_header_size));
    if (terms_.window <= fits) return;
    terms_.window = fits;
    accept("windowsize", fits);
  }

  std::uint64_t file_size_;
  Limits limits_;
  Terms terms_;
  std::vector<Answer> answers_;
};

}  // namespace

std::uint16_t largest_block_for(unsigned mtu) {
  constexpr unsigned headers = 20 + 8 + data_header_size;
  const auto room = mtu > headers ? mtu - headers : 0;
  return static_cast<std::uint16_t>(std::clamp<std::uint64_t>(room, 512, largest_legal_block));
}

Result<Terms, OptionFault> negotiate(const std::vector<Option>& asked, std::uint64_t file_size,
                                     Limits limits) {
  Negotiation negotiation{file_size, limits};
  for (const auto& option : asked)
    if (const auto fault = negotiation.consider(option)) return tl::unexpected{*fault};
  return negotiation.finish();
}

}  // namespace rootstock::tftp
