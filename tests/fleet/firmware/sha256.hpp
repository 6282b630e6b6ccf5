#pragma once
// SHA-256 of a file as it comes in, block by block (OpenSSL's).

#include <memory>
#include <string>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(Bytes bytes);
  /// 64 hex digits. Once.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rootstock::fleet
