#include "rootfs/generation_folder.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

#include "config/file.hpp"

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

std::optional<int> as_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

}  // namespace

std::vector<int> numbers_in(const fs::path& folder) {
  std::vector<int> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const auto number = as_number(entry.path().filename().string())) numbers.push_back(*number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

int number_in(const fs::path& file) {
  const auto text = content_of(file).value_or("");
  return as_number(text.substr(0, text.find('\n'))).value_or(0);
}

std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !entry.is_symlink()) total += entry.file_size();
  return total;
}

Result<void, Failure> open_up(const fs::path& folder, bool root_is_tree) {
  std::error_code error;
  using fs::perms;
  fs::permissions(folder, perms(0755), error);
  const auto open = [&error](const fs::directory_entry& entry) {
    if (entry.is_symlink() || error) return;
    fs::permissions(entry.path(), entry.is_directory() ? perms(0755) : perms(0644), error);
  };
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) open(entry);
  if (fs::exists(folder / "boot")) {
    open(fs::directory_entry(folder / "boot"));
    for (const auto& entry : fs::recursive_directory_iterator(folder / "boot")) open(entry);
  }
  if (root_is_tree && !error) fs::permissions(folder / "root", perms(0755), error);
  if (error) return fail("cannot set permissions in " + folder.string() + ": " + error.message());
  return {};
}

}  // namespace rootstock::rootfs
