// The disk and the files that settings name, on a real disk.
#include "server/host/check.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::server;
using tests::write_file;

namespace {

struct Host {
  tests::TempFolder folder;
  Settings settings;

  Host() {
    settings.paths.state = folder / "state";
    settings.paths.run = folder / "run";
    settings.slurm.munge_key = folder / "munge.key";
  }
  /// The first finding with this word in it, of either part; none: what = "".
  Finding about(const std::string& word) const {
    Findings found;
    check_storage(settings, found);
    check_programs(settings, found);
    for (const auto& finding : found)
      if (finding.what.find(word) != std::string::npos) return finding;
    return {};
  }
};

}  // namespace

TEST_CASE("folders that are not there yet are no fault, files in their place are") {
  Host host;
  CHECK(host.about("is not a folder").what.empty());
  write_file(host.folder / "state", "a file");
  CHECK(host.about("is not a folder").what ==
        (host.folder / "state").string() + " (paths.state) is not a folder");
  host.settings.paths.state = host.folder / "state/below/it";
  CHECK(host.about("is not a folder").what ==
        (host.folder / "state").string() + " (paths.state) is not a folder");
  CHECK(host.about("is not a folder").stops_serving);
}

TEST_CASE("no image yet is a warning that says how to make one") {
  const Host host;
  const auto finding = host.about("nothing for nodes to boot");
  CHECK(finding.severity == Severity::warning);
  CHECK(finding.hint == "`rootstock image build compute` makes it");
}

TEST_CASE("the munge key must be there and not be empty, when Slurm is wanted") {
  Host host;
  CHECK(host.about("munge key").stops_serving);
  write_file(host.settings.slurm.munge_key, "");
  CHECK(host.about("munge key").what.ends_with("is empty"));
  CHECK(host.about("munge key").stops_serving);
  write_file(host.settings.slurm.munge_key, "secret");
  CHECK(host.about("munge key").what.empty());
  host.settings.slurm.munge_key = host.folder / "elsewhere";
  host.settings.slurm.enabled = false;
  CHECK(host.about("munge key").what.empty());
}

TEST_CASE("files that the settings name must be there") {
  Host host;
  host.settings.nodes.authorized_keys = {host.folder / "id.pub"};
  host.settings.tftp.extra_files = host.folder / "extra";
  CHECK(host.about("id.pub").severity == Severity::error);
  CHECK(host.about("tftp.extra_files").hint.starts_with("mkdir -p "));
  write_file(host.folder / "id.pub", "ssh-ed25519 AAAA me");
  write_file(host.folder / "extra/memtest", "");
  CHECK(host.about("id.pub").what.empty());
  CHECK(host.about("tftp.extra_files").what.empty());
}
