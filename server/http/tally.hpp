#pragma once
// What came in over HTTP, by kind, since start.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rootstock::server {

class Tally {
 public:
  void add(std::string_view kind, std::uint64_t count = 1) {
    const auto found = counts_.find(kind);
    if (found != counts_.end())
      found->second += count;
    else
      counts_.emplace(kind, count);
  }
  const std::map<std::string, std::uint64_t, std::less<>>& counts() const { return counts_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace rootstock::server
