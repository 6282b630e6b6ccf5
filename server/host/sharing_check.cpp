// Files in which this machine's own network set-up may say that it runs a DHCP server.

#include <filesystem>
#include <set>
#include <vector>

#include "config/file.hpp"
#include "server/host/check.hpp"
#include "server/host/sharing.hpp"

namespace rootstock::server {

namespace {

namespace fs = std::filesystem;
using Judge = std::optional<Finding> (*)(const std::string&, std::string_view, const NetworkSettings&);

void judge_file(const fs::path& file, Judge judge, const NetworkSettings& network, Findings& found) {
  const auto text = content_of(file);
  if (!text) return;  // only root may read the profiles of NetworkManager
  if (auto finding = judge(file.string(), *text, network)) found.push_back(std::move(*finding));
}

/// A file takes the place of those of its name in later folders.
void judge_folders(const std::vector<fs::path>& folders, std::string_view ending, Judge judge,
                   const NetworkSettings& network, Findings& found) {
  std::set<std::string> seen;
  std::error_code error;
  for (const auto& folder : folders)
    for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
      const auto name = file->path().filename().string();
      if (name.ends_with(ending) && seen.insert(name).second) judge_file(file->path(), judge, network, found);
    }
}

}  // namespace

void check_sharing(const Settings& settings, Findings& found, const fs::path& root) {
  const auto& network = settings.network;
  const auto connections = [&](const char* place) {
    return root / place / "NetworkManager/system-connections";
  };
  judge_folders({connections("etc"), connections("run"), connections("usr/lib")}, "", judge_networkmanager,
                network, found);
  const auto links = [&](const char* place) { return root / place / "systemd/network"; };
  judge_folders({links("etc"), links("run"), links("usr/lib")}, ".network", judge_networkd, network, found);
  judge_file(root / "var/lib/connman/settings", judge_connman, network, found);
}

}  // namespace rootstock::server
