#pragma once
// Descriptors that the keeper hands on to the worker, by their number in an environment variable.

namespace rootstock::server {

/// The descriptor, once: the variable is gone then. -1 when it is not set, or to nothing sensible.
int take_inherited(const char* variable);

}  // namespace rootstock::server
