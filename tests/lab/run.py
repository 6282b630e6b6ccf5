"""Virtual boards that really boot, join Slurm and work. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/lab/run.py --rootstock build/release/server/rootstock [--all] [--only lab.day]"""
import sys

from cluster import LOGS, Cluster, fresh_state, only_suite

import cases_in_order
import every_firmware
from cases import arguments, cases_of, no_case, run_cases
from lab import ADDRESS
from slow import wanted
from world import become_inhabitant, furnish, run_in_new_world

DAY, FIRMWARE = "lab.day", "lab.every_firmware"


def run(suite, cases, cluster, options):
    return run_cases(suite, cases, cluster, options.counts, cluster.words_on_failure)


def one_day(cluster, options):
    # The first two cases bring the boards up; without them there is nothing to ask.
    morning = cases_of(vars(cases_in_order), DAY, "")[:2]
    others = [case for case in cases_of(vars(cases_in_order), DAY, options.only) if case not in morning]
    return run(DAY, morning, cluster, options) and run(DAY, others, cluster, options)


def chosen(options):
    """Cases of the day, cases of each firmware."""
    firmware = wanted(cases_of(vars(every_firmware), FIRMWARE, options.only), options)
    return cases_of(vars(cases_in_order), DAY, options.only), firmware


def inside(options):
    day, firmware = chosen(options)
    become_inhabitant()
    furnish("head", ADDRESS)
    cluster = Cluster(options.rootstock, join="approve" if day else "open")
    cluster.build_images(["amd64", "arm64"] if firmware else ["amd64"])
    if options.images:
        return 0
    try:
        cluster.start()
        good = not day or one_day(cluster, options)
        if firmware:
            cluster.change_joining("open")
        good &= run(FIRMWARE, firmware, cluster, options)
        return 0 if good else 1
    finally:
        cluster.lab.stop()


def more_arguments(parser):
    parser.add_argument("--all", action="store_true", help="the slow cases too")
    parser.add_argument("--images", action="store_true", help="build the images that the cases need, and that is all")


def main():
    options = arguments(__doc__, more_arguments)
    if options.inside:
        return inside(options)
    if not any(chosen(options)):
        return no_case("lab", options)
    _lock = only_suite()
    fresh_state()
    status = run_in_new_world([sys.executable, __file__, "--inside", *sys.argv[1:]])
    if status != 0:
        print(f"lab: logs and consoles are kept in {LOGS}")
    return status


if __name__ == "__main__":
    sys.exit(main())
