#pragma once
// The generations on disk. The folder is the truth: no index, no lock held while serving. A generation
// appears by one rename of its staging folder; which ones are active is one small file, replaced by rename.
//
//   <images>/compute/7/              a generation, of one architecture
//   <images>/compute/active          "amd64 7", "arm64 8": what boards boot; `previous` is what rollback
//                                    returns to
//   <images>/compute/last            the highest number ever given, so that none is given twice
//   <images>/compute/.staging-PID-0  a build under way

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "rootfs/active_map.hpp"
#include "rootfs/generation.hpp"

namespace rootstock::rootfs {

class Staging;

/// A generation that cannot be used: its manifest cannot be read, or it is active and not there.
struct Damaged {
  int number = 0;
  Failure why;
};

struct Pruned {
  std::vector<Generation> generations;
  int leftovers = 0;  ///< staging folders of builds that were killed
};

class Store {
 public:
  /// `of_head`: the architecture that a board gets of which nothing is known, where there are several.
  explicit Store(std::filesystem::path images, std::string of_head = head_architecture())
      : images_(std::move(images)), of_head_(std::move(of_head)) {}

  const std::filesystem::path& folder() const { return images_; }
  std::vector<std::string> images() const;
  /// Oldest first.
  std::vector<Generation> generations(const std::string& image) const;
  std::vector<Damaged> damaged(const std::string& image) const;
  Result<Generation, Failure> find(const std::string& image, int number) const;
  /// What a node that boots now gets; `architecture` as its board told it, empty where it did not. Cheap: the
  /// worker calls it for each boot.
  Result<Generation, Failure> active(const std::string& image, std::string_view architecture = "") const;
  /// Which number boots, for each architecture.
  ActiveMap active_numbers(const std::string& image) const;

  /// For boards of this generation's architecture; others keep theirs.
  Result<void, Failure> activate(const std::string& image, int number);
  /// Activates what was active before, for all architectures at once. Returns those that changed.
  Result<std::vector<Generation>, Failure> rollback(const std::string& image);
  /// Deletes all but the newest `keep` of each architecture, the active ones, those before them, and those in
  /// `used` (labels). Damaged ones do not count as newest.
  Result<Pruned, Failure> prune(const std::string& image, int keep, const std::set<std::string>& used);

  /// Runs `fill` in a new staging folder; then numbers, syncs and publishes what it made, and makes it
  /// active. `fill` leaves image, number, bytes, created and folder to us. When `fill` fails, or the process
  /// dies, nothing is published; leftovers of dead runs are removed.
  using Fill = std::function<Result<Generation, Failure>(const std::filesystem::path& staging)>;
  Result<Generation, Failure> publish(const std::string& image, const Fill& fill);
  /// The same for one generation of each of several architectures: all are made, one after the other, before
  /// the first is published, and all become active at once. When one fails, none is published.
  Result<std::vector<Generation>, Failure> publish(const std::string& image, const std::vector<Fill>& fills);

  /// Debian's word for what this program was compiled for.
  static std::string head_architecture();

 private:
  std::filesystem::path folder_of(const std::string& image) const { return images_ / image; }
  ActiveMap read_active(const std::string& image, const char* file) const;
  Result<void, Failure> make_active(const std::string& image, const ActiveMap& next);
  Result<int, Failure> next_number(const std::string& image) const;
  Result<void, Failure> name(Generation& generation, const std::string& image,
                             const std::filesystem::path& staging);
  Result<void, Failure> adopt(std::vector<Generation>& made, const std::string& image,
                              std::vector<Staging>& stagings);
  std::set<int> kept(const std::string& image, int keep, const std::set<std::string>& used) const;

  std::filesystem::path images_;
  std::string of_head_;
};

}  // namespace rootstock::rootfs
