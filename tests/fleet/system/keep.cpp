#include "tests/fleet/system/keep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace rootstock::fleet {
namespace {

bool is_serial(std::string_view word) {
  return word.size() == 8 && word.find_first_not_of("0123456789abcdef") == word.npos;
}

std::filesystem::path place_of(std::string name) {
  if (name.starts_with("http://")) name.erase(0, std::min(name.find('/', 7), name.size()));
  std::filesystem::path path;
  bool first = true;
  for (const auto& part : std::filesystem::path("/" + name).relative_path().lexically_normal()) {
    if (part == ".." || part.empty()) continue;
    if (!std::exchange(first, false) || !is_serial(part.string())) path /= part;
  }
  return path;
}

}  // namespace

void keep_files(const std::filesystem::path& folder, const std::string& board,
                const std::vector<FetchedFile>& files) {
  for (const auto& file : files) {
    const auto path = folder / board / place_of(file.name);
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(file.bytes.data()),
              static_cast<std::streamsize>(file.bytes.size()));
    if (!out.flush()) fmt::print(stderr, "rootstock-fleet: cannot write {}\n", path.string());
  }
}

}  // namespace rootstock::fleet
