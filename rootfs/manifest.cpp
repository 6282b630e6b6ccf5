#include "rootfs/manifest.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <boost/json.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <vector>

#include "config/file.hpp"

namespace rootstock::rootfs {
namespace {

namespace json = boost::json;

constexpr const char* damaged_hint =
    "the generation is damaged: remove it with `rootstock image prune`, or rebuild the image";

std::string quoted(const std::string& text) { return json::serialize(json::string(text)); }

std::string list(const std::vector<std::string>& words) {
  return json::serialize(json::array(words.begin(), words.end()));
}

/// Absent in manifests of the time before there were boards other than PCs.
std::vector<std::string> words_of(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value != nullptr ? json::value_to<std::vector<std::string>>(*value) : std::vector<std::string>{};
}

std::string_view word(RootKind kind) { return kind == RootKind::squashfs ? "squashfs" : "tree"; }

std::int64_t unix_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Generation from(const json::object& object) {
  Generation generation;
  generation.image = json::value_to<std::string>(object.at("image"));
  generation.number = static_cast<int>(object.at("number").as_int64());
  generation.architecture = json::value_to<std::string>(object.at("architecture"));
  generation.digest = json::value_to<std::string>(object.at("digest"));
  generation.kernel_version = json::value_to<std::string>(object.at("kernel_version"));
  generation.origin = json::value_to<std::string>(object.at("origin"));
  generation.boards = words_of(object, "boards");
  generation.doubts = words_of(object, "doubts");
  if (!object.contains("boards") && generation.architecture == "amd64") generation.boards = {"bios", "uefi"};
  const auto root = json::value_to<std::string>(object.at("root"));
  if (root != "squashfs" && root != "tree") throw std::invalid_argument("root is neither squashfs nor tree");
  generation.root_kind = root == "tree" ? RootKind::tree : RootKind::squashfs;
  generation.bytes = static_cast<std::uint64_t>(object.at("bytes").as_int64());
  generation.created =
      std::chrono::system_clock::time_point(std::chrono::seconds(object.at("created_unix").as_int64()));
  return generation;
}

}  // namespace

std::string utc(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string manifest_text(const Generation& generation) {
  // Written by hand for its order and one key per line: people read it.
  std::string text = "{\n";
  const auto line = [&text](const char* key, const std::string& value, bool last = false) {
    text += fmt::format("  \"{}\": {}{}\n", key, value, last ? "" : ",");
  };
  line("image", quoted(generation.image));
  line("number", std::to_string(generation.number));
  line("architecture", quoted(generation.architecture));
  line("root", quoted(std::string(word(generation.root_kind))));
  line("digest", quoted(generation.digest));
  line("kernel_version", quoted(generation.kernel_version));
  line("origin", quoted(generation.origin));
  line("boards", list(generation.boards));
  if (!generation.doubts.empty()) line("doubts", list(generation.doubts));
  line("bytes", std::to_string(generation.bytes));
  line("created", quoted(utc(generation.created)));
  line("created_unix", std::to_string(unix_seconds(generation.created)), true);
  return text + "}\n";
}

Result<Generation, Failure> parse_manifest(std::string_view text, const std::filesystem::path& file) {
  try {
    auto generation = from(json::parse(text).as_object());
    generation.folder = file.parent_path();
    return generation;
  } catch (const boost::system::system_error& error) {  // its what() names a line of the library
    return fail(file.string() + " cannot be read: " + error.code().message(), damaged_hint);
  } catch (const std::exception& error) {
    return fail(file.string() + " cannot be read: " + error.what(), damaged_hint);
  }
}

Result<Generation, Failure> read_manifest(const std::filesystem::path& generation_folder) {
  const auto file = generation_folder / "manifest.json";
  const auto text = read_file(file);
  if (!text) return fail(text.error().what, damaged_hint);
  return parse_manifest(*text, file);
}

}  // namespace rootstock::rootfs
