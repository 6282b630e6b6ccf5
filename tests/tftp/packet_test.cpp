#include "tftp/packet.hpp"

#include <random>

#include "tests/support/catch.hpp"
#include "tests/tftp/lossy_link.hpp"

using namespace rootstock::tftp;
using namespace rootstock::tftp::testing;
using namespace std::string_view_literals;

TEST_CASE("a request of a Pi 4") {
  const auto bytes = bytes_of(
      "\0\1abc/start4.elf\0octet\0tsize\0"
      "0\0blksize\0"
      "1468\0"sv);
  const auto packet = parse(bytes).value();
  const auto& read = std::get<ReadRequest>(packet);
  CHECK(read.name == "abc/start4.elf");
  CHECK(read.mode == "octet");
  CHECK(read.options == std::vector<Option>{{"tsize", "0"}, {"blksize", "1468"}});
}

TEST_CASE("malformed packets are told apart") {
  const auto [bytes, fault] = GENERATE(table<std::string_view, ParseError>({
      {""sv, ParseError::truncated},
      {"\0"sv, ParseError::truncated},
      {"\0\4\0"sv, ParseError::truncated},
      {"\0\3"sv, ParseError::truncated},
      {"\0\0\0\0"sv, ParseError::unknown_opcode},
      {"\0\7\0\0"sv, ParseError::unknown_opcode},
      {"\1\1\0\0"sv, ParseError::unknown_opcode},
      {"\0\1name"sv, ParseError::endless_text},
      {"\0\1"sv, ParseError::endless_text},
      {"\0\1\0octet\0"sv, ParseError::no_name},
      {"\0\1name\0"sv, ParseError::no_mode},
      {"\0\1name\0octet"sv, ParseError::no_mode},
      {"\0\2name\0\0"sv, ParseError::no_mode},
  }));
  const auto packet = parse(bytes_of(bytes));
  REQUIRE(!packet);
  CHECK(packet.error() == fault);
}

TEST_CASE("what is odd but clear is understood") {
  const auto rubbish = bytes_of(
      "\0\1n\0octet\0blksize\0"
      "512\0\0\0\0"sv);
  CHECK(std::get<ReadRequest>(parse(rubbish).value()).options == std::vector<Option>{{"blksize", "512"}});
  const auto half_option = bytes_of("\0\1n\0octet\0blksize\0"sv);
  CHECK(std::get<ReadRequest>(parse(half_option).value()).options.empty());
  const auto endless_error = bytes_of("\0\5\0\0Early terminate"sv);
  CHECK(std::get<Error>(parse(endless_error).value()).text == "Early terminate");
  const auto bare_error = bytes_of("\0\5\0\1"sv);
  CHECK(std::get<Error>(parse(bare_error).value()) == Error{ErrorCode::not_found, ""});
}

TEST_CASE("bytes on the wire, as RFC 1350 draws them") {
  CHECK(emit(Ack{0x1234}) == bytes_of("\0\4\x12\x34"sv));
  CHECK(emit(Error{ErrorCode::not_found, "file not found"}) == bytes_of("\0\5\0\1file not found\0"sv));
  CHECK(emit(OptionAck{{{"blksize", "1468"}}}) == bytes_of("\0\6blksize\0"
                                                           "1468\0"sv));
  const auto payload = bytes_of("xyz");
  CHECK(emit(Data{65535, payload}) == bytes_of("\0\3\xff\xffxyz"sv));
}

TEST_CASE("what emit wrote, parse reads back equal") {
  std::mt19937 random{7};
  const auto number = [&] { return static_cast<std::uint16_t>(random()); };
  const auto text = [&] {
    std::string out(1 + random() % 20, ' ');
    for (auto& c : out) c = static_cast<char>(1 + random() % 255);
    return out;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::vector<std::string> words{text(), text(), text(), text(), text(), text()};
    const std::vector<Option> options{{words[2], words[3]}, {words[4], words[5]}};
    const auto payload = bytes_of(words[0]);
    const Packet packets[] = {ReadRequest{{words[0], words[1], options}},
                              WriteRequest{{words[0], words[1], {}}},
                              Data{number(), payload},
                              Ack{number()},
                              Error{static_cast<ErrorCode>(number()), words[0]},
                              OptionAck{options}};
    for (const auto& packet : packets) {
      const auto bytes = emit(packet);
      CHECK(parse(bytes).value() == packet);
    }
  }
}
