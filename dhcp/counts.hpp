#pragma once
// What a service counts while it runs.

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rootstock::dhcp {

class Counts {
 public:
  void add(std::string_view kind, std::uint64_t more = 1) {
    if (const auto found = counts_.find(kind); found != counts_.end())
      found->second += more;
    else
      counts_.emplace(kind, more);
  }

  /// In lower case, as /status on the control socket shows them.
  std::map<std::string, std::uint64_t> shown() const {
    std::map<std::string, std::uint64_t> lower;
    for (const auto& [kind, count] : counts_) {
      auto name = kind;
      std::ranges::transform(name, name.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      lower[name] += count;
    }
    return lower;
  }

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace rootstock::dhcp
