"""Simulated boards of every dialect against the real daemon. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/fleet/run.py --rootstock build/release/server/rootstock [--only NAME]"""
import shutil
import sys

from ground import FOLDER, HEAD, Ground

import misfits
import rehearsals
import storms
from cases import arguments, cases_of, run_cases
from world import become_inhabitant, furnish, run_in_new_world

MODULES = (storms, misfits, rehearsals)


def inside(options):
    become_inhabitant()
    furnish("head", HEAD, empty=())
    ground = Ground(options.rootstock)
    try:
        ground.head.start()
        good = True
        for module in MODULES:
            suite = f"fleet.{module.__name__}"
            good &= run_cases(suite, cases_of(vars(module), suite, options.only), ground, options.counts,
                              lambda: "the service's log ends with:\n" + ground.processes.tail("rootstock", 12))
        return 0 if good else 1
    finally:
        ground.processes.stop_all()


def main():
    options = arguments(__doc__)
    if options.inside:
        return inside(options)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o755)
    status = run_in_new_world([sys.executable, __file__, "--inside", *sys.argv[1:]])
    if status == 0:
        shutil.rmtree(FOLDER, ignore_errors=True)
    else:
        print(f"fleet: logs are kept in {FOLDER}/logs")
    return status


if __name__ == "__main__":
    sys.exit(main())
