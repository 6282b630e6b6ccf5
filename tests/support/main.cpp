// Catch2 v2 needs a main of its own; v3 brings one.
#define CATCH_CONFIG_MAIN
#include "tests/support/catch.hpp"
