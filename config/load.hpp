#pragma once
// Text -> Settings, or everything that is wrong with it.

#include <filesystem>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/result.hpp"
#include "config/settings.hpp"

namespace rootstock {

Result<Settings, std::vector<Diagnostic>> load(const std::filesystem::path& file);
/// `file` is the name that diagnostics show.
Result<Settings, std::vector<Diagnostic>> load_text(std::string text, const std::string& file);

/// Every key there is, as "network.address".
std::vector<std::string> known_settings();

}  // namespace rootstock
