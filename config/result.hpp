#pragma once
// The one alias over tl::expected; std::expected takes its place when the compilers we support have it.

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace rootstock {

template <class T, class E>
using Result = tl::expected<T, E>;

/// A failure told to a person: what happened, where, and what to do. `hint` may be empty.
struct Failure {
  std::string what;
  std::string hint;
};

inline tl::unexpected<Failure> fail(std::string what, std::string hint = {}) {
  return tl::unexpected<Failure>{Failure{std::move(what), std::move(hint)}};
}

}  // namespace rootstock
