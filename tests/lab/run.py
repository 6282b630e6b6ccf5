"""Virtual boards that really boot, join Slurm and work. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/lab/run.py --rootstock build/release/server/rootstock"""
import sys

from cluster import LOGS, Cluster, fresh_state

import cases_in_order
from cases import arguments, cases_of, run_cases
from lab import ADDRESS
from world import become_inhabitant, furnish, run_in_new_world


def inside(options):
    become_inhabitant()
    furnish("head", ADDRESS)
    cluster = Cluster(options.rootstock)
    try:
        every = cases_of(vars(cases_in_order), "lab", "")
        chosen = cases_of(vars(cases_in_order), "lab", options.only)
        # The first case powers the boards on; without it there is nothing to ask.
        good = run_cases("lab", every[:1], cluster, options.counts, cluster.words_on_failure)
        good = good and run_cases("lab", [case for case in chosen if case != every[0]], cluster, options.counts,
                                  cluster.words_on_failure)
        return 0 if good else 1
    finally:
        cluster.lab.stop()


def main():
    options = arguments(__doc__)
    if options.inside:
        return inside(options)
    fresh_state()
    status = run_in_new_world([sys.executable, __file__, "--inside", *sys.argv[1:]])
    if status != 0:
        print(f"lab: logs and consoles are kept in {LOGS}")
    return status


if __name__ == "__main__":
    sys.exit(main())
