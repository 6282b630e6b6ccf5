#pragma once
// As much of the ELF format as tells whether a program runs without any other file.

#include <string_view>

namespace rootstock::rootfs {

/// A 32 or 64 bit little-endian ELF program that names no dynamic loader.
bool is_static_program(std::string_view bytes);

}  // namespace rootstock::rootfs
