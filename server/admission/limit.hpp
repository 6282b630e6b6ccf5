#pragma once
// How many boards may load at once: as many as each get enough of the wire to have its largest file in time.
// Starts from what the link says and follows what is measured. Pure: measurements and times in, a number and
// its reason out.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "server/story/boot_record.hpp"

namespace rootstock::server {

/// What boots may use of the wire.
struct Bandwidth {
  enum class Source : std::uint8_t {
    settings,  ///< `bandwidth` in [admission]: never more than that
    link,      ///< the speed that the head's interface has
    assumed,   ///< the interface does not say: a Pi 5's own
  };
  double bytes_per_second = 0;
  Source source = Source::assumed;

  /// `configured` and `link` in bits per second, 0: not said. Of a gigabit about 940 Mbit/s are payload: the
  /// rest is Ethernet's, IP's and UDP's headers around 1468 bytes.
  static Bandwidth of(std::uint64_t configured, std::uint64_t link);
};

class Limit {
 public:
  explicit Limit(Bandwidth bandwidth);

  /// The head's interface has another speed now.
  void set_bandwidth(Bandwidth bandwidth);
  /// Of the boot files that boards are given now.
  void set_largest(std::uint64_t bytes);

  /// What the head sent in the last `seconds`. `full`: all places were taken, and others wait for one.
  void measure(double seconds, std::uint64_t sent, bool full, Moment now);
  /// A board had a file in that time.
  void on_file(std::uint64_t bytes, double seconds, Moment now);

  std::size_t at_once() const;
  /// The number and its reason, as `rootstock queue` shows it.
  std::string why() const;

  double sent_per_second() const { return rate_; }
  double bytes_per_second() const { return capacity_; }
  /// Bytes per second that a board must get.
  double need() const;
  std::uint64_t largest() const { return largest_; }

  /// NETBOOT-FACTS 2.1: TFTP_FILE_TIMEOUT of a Pi 4 or 5; and how much sooner a file should be there, since
  /// boards do not share evenly, and what is lost is repeated.
  static constexpr double file_timeout = 30, safety = 2;
  /// So few load at once over any wire; a hundred-megabit switch gives each of them 3 MB/s.
  static constexpr std::size_t fewest = 4, most = 4096;

 private:
  struct Sample {
    Moment at;
    double rate;
  };
  void forget_before(Moment now);
  std::size_t slow_files() const;
  bool files_come_slowly() const;
  void allow_fewer();
  void allow_more(double seconds);

  Bandwidth bandwidth_;
  double capacity_;
  double rate_ = 0;
  double overbooked_ = 1;  ///< boards that have a place do not load all the time
  bool measured_less_ = false;
  std::uint64_t largest_ = 32 << 20;
  std::deque<Sample> files_;
};

}  // namespace rootstock::server
