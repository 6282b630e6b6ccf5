#include "server/story/stage.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rootstock::server {
namespace {

constexpr std::array<std::pair<Stage, std::string_view>, 10> words{{{Stage::none, "new"},
                                                                    {Stage::dhcp, "dhcp"},
                                                                    {Stage::loader, "loader"},
                                                                    {Stage::kernel, "kernel"},
                                                                    {Stage::initramfs, "initramfs"},
                                                                    {Stage::overlay, "overlay"},
                                                                    {Stage::root, "root"},
                                                                    {Stage::up, "up"},
                                                                    {Stage::trouble, "trouble"},
                                                                    {Stage::off, "off"}}};

}  // namespace

std::string_view name_of(Stage stage) {
  const auto found = std::ranges::find(words, stage, &std::pair<Stage, std::string_view>::first);
  return found == words.end() ? "new" : found->second;
}

Stage stage_named(std::string_view word) {
  const auto found = std::ranges::find(words, word, &std::pair<Stage, std::string_view>::second);
  return found == words.end() ? Stage::none : found->first;
}

}  // namespace rootstock::server
