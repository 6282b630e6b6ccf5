#pragma once
// As much of the ELF format as tells whether a program runs without any other file.

#include <string>
#include <string_view>

namespace rootstock::rootfs {

/// A 32 or 64 bit little-endian ELF program that names no dynamic loader.
bool is_static_program(std::string_view bytes);

/// What Debian calls the machine that a program is for: "amd64", "arm64"; empty for others.
std::string architecture_of(std::string_view program);

}  // namespace rootstock::rootfs
