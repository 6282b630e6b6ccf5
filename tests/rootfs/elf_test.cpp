#include "rootfs/elf.hpp"

#include <string>

#include "tests/support/catch.hpp"

using rootstock::rootfs::architecture_of;
using rootstock::rootfs::is_static_program;

namespace {

/// The smallest 64-bit program header table: one row of the given type.
std::string program(char type, char byte_order = 1) {
  std::string elf(64 + 56, '\0');
  elf.replace(0, 4,
              "\x7f"
              "ELF");
  elf[4] = 2;  // 64 bit
  elf[5] = byte_order;
  elf[0x20] = 64;  // the table follows the header
  elf[0x36] = 56;
  elf[0x38] = 1;
  elf[64] = type;
  return elf;
}

}  // namespace

TEST_CASE("a program that names an interpreter is not static", "[elf]") {
  CHECK(is_static_program(program(1)));           // PT_LOAD
  CHECK_FALSE(is_static_program(program(3)));     // PT_INTERP
  CHECK_FALSE(is_static_program(program(1, 2)));  // big-endian: none of our boards
}

TEST_CASE("what is no program, or cut short, is not static", "[elf]") {
  CHECK_FALSE(is_static_program(""));
  CHECK_FALSE(is_static_program("#!/bin/sh\n"));
  CHECK_FALSE(is_static_program(program(1).substr(0, 60)));
}

TEST_CASE("a program says which machine it is for", "[elf]") {
  auto elf = program(1);
  CHECK(architecture_of(elf).empty());
  elf[0x12] = 62;
  CHECK(architecture_of(elf) == "amd64");
  elf[0x12] = static_cast<char>(183);
  CHECK(architecture_of(elf) == "arm64");
  CHECK(architecture_of("#!/bin/sh\n").empty());
}
