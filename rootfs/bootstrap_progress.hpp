#pragma once
// How far mmdebstrap is, read from what it and apt say (logic).

#include <optional>
#include <string>
#include <string_view>

namespace rootstock::rootfs {

class BootstrapProgress {
 public:
  struct News {
    std::string step;     ///< not empty: a new step begins
    double fraction = 0;  ///< of the current step
  };

  /// What this line tells, if anything. Lines of both streams, in any order.
  std::optional<News> read(std::string_view line);

 private:
  News begin(std::string step);

  int expected_ = 0;  ///< lines that make the step whole
  int seen_ = 0;
};

}  // namespace rootstock::rootfs
