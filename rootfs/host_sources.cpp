#include "rootfs/host_sources.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <system_error>

#include "config/file.hpp"
#include "rootfs/process.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

/// A file that is not there says nothing.
std::string text_of(const fs::path& file) { return content_of(file).value_or(""); }

void append(std::vector<AptSource>& all, std::vector<AptSource> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string codename(const fs::path& os_release) {
  std::istringstream lines(text_of(os_release));
  constexpr std::string_view key = "VERSION_CODENAME=";
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key)) {
      line.erase(0, key.size());
      std::erase(line, '"');
      return line;
    }
  return {};
}

}  // namespace

Result<BuildHost, Failure> build_host(const fs::path& etc) {
  BuildHost host;
  host.suite = codename(etc / "os-release");
  if (host.suite.empty())
    return fail((etc / "os-release").string() + " names no VERSION_CODENAME",
                "write the suite into the recipe, for example suite = \"bookworm\"");
  const auto dpkg = run({"dpkg", "--print-architecture"});
  if (!dpkg) return tl::unexpected{dpkg.error()};
  host.architecture = dpkg->output.substr(0, dpkg->output.find('\n'));
  return host;
}

std::vector<AptSource> host_sources(const fs::path& etc) {
  auto all = parse_source_list(text_of(etc / "apt/sources.list"));
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(etc / "apt/sources.list.d", error))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    if (file.extension() == ".list") append(all, parse_source_list(text_of(file)));
    if (file.extension() == ".sources") append(all, parse_deb822_sources(text_of(file)));
  }
  return all;
}

std::vector<std::string> host_apt_options() {
  std::vector<std::string> options;
  const auto dump = run({"apt-config", "dump"});
  if (!dump) return options;
  std::istringstream lines(dump->output);
  for (std::string line; std::getline(lines, line);) {
    const bool matters = line.starts_with("Acquire::Check-") ||
                         (line.starts_with("Acquire::http") && line.find("roxy") != std::string::npos);
    if (matters && !line.ends_with("\"\";")) options.push_back(line);
  }
  return options;
}

}  // namespace rootstock::rootfs
