#pragma once
// How far long work is, for a person: a bar on a terminal, plain lines elsewhere (edge: one output stream).

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace rootstock::rootfs {

class Progress {
 public:
  /// `out` must outlive it; whether that is a terminal decides the form.
  explicit Progress(std::FILE* out);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Begins a step and ends the one before.
  void step(std::string words);
  /// How far the step is, 0 to 1. Cheap to call often.
  void at(double fraction);
  /// Ends the last step. A step that failed is never finished: its last state stays to be read.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw();
  void rewrite(std::string line);
  std::string seconds() const;

  std::FILE* out_;
  bool terminal_;
  std::string words_;
  double fraction_ = 0;
  Clock::time_point started_{}, drawn_{};
};

/// "[#####.....]"
std::string bar(double fraction, int width);

}  // namespace rootstock::rootfs
