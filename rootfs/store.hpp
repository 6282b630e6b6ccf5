#pragma once
// The generations on disk. The folder is the truth: no index, no lock held while serving. A generation
// appears by one rename of its staging folder; which one is active is one small file, replaced by rename.
//
//   <images>/compute/7/            a generation
//   <images>/compute/active        "7": what nodes boot; `previous` is what rollback returns to
//   <images>/compute/last          the highest number ever given, so that none is given twice
//   <images>/compute/.staging-PID  a build under way

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "rootfs/generation.hpp"

namespace rootstock::rootfs {

class Staging;

class Store {
 public:
  explicit Store(std::filesystem::path images) : images_(std::move(images)) {}

  const std::filesystem::path& folder() const { return images_; }
  std::vector<std::string> images() const;
  /// Oldest first.
  std::vector<Generation> generations(const std::string& image) const;
  Result<Generation, Failure> find(const std::string& image, int number) const;
  /// What a node that boots now gets. Cheap: the worker calls it for each boot.
  Result<Generation, Failure> active(const std::string& image) const;

  Result<void, Failure> activate(const std::string& image, int number);
  /// Activates the generation that was active before; says which.
  Result<Generation, Failure> rollback(const std::string& image);
  /// Deletes all but the newest `keep`, the active one, the one before it, and those in `used` (labels).
  /// Returns the deleted.
  Result<std::vector<Generation>, Failure> prune(const std::string& image, int keep,
                                                 const std::set<std::string>& used);

  /// Runs `fill` in a new staging folder; then numbers, syncs and publishes what it made, and makes it
  /// active. `fill` leaves image, number, bytes, created and folder to us. When `fill` fails, or the process
  /// dies, nothing is published; leftovers of dead runs are removed.
  using Fill = std::function<Result<Generation, Failure>(const std::filesystem::path& staging)>;
  Result<Generation, Failure> publish(const std::string& image, const Fill& fill);

 private:
  std::filesystem::path folder_of(const std::string& image) const { return images_ / image; }
  Result<int, Failure> next_number(const std::string& image) const;
  Result<Generation, Failure> adopt(Generation generation, const std::string& image, Staging& staging);

  std::filesystem::path images_;
};

}  // namespace rootstock::rootfs
