#include "server/slurm/slurm_jobs.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::server;
using Ids = std::vector<std::string>;

TEST_CASE("squeue says which jobs hold a node", "[slurm]") {
  const auto jobs =
      parse_squeue("12|node[01-02]\n14_3|node02\n15|\n|node03\nslurm_load_jobs error\n16|node[\n");
  CHECK(jobs.size() == 2);
  CHECK(jobs.at("node01") == Ids{"12"});
  CHECK(jobs.at("node02") == Ids{"12", "14_3"});
  CHECK(parse_squeue("").empty());
}
