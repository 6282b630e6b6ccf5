"""The real daemon with real clients in network namespaces. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/netns/run.py --rootstock build/release/server/rootstock [--only NAME]"""
import shutil
import sys

from place import FOLDER, HEAD, Site

import bad_packets
import boards
import boots
import clients_of_dhcp
import crashes
import dhcp_packets
import files
import generations
import images
import pins
import proxy
import proxy_firmware
import real_head
import refusals
import rivals
from cases import arguments, cases_of, run_cases
from world import become_inhabitant, furnish, run_in_new_world

MODULES = (dhcp_packets, clients_of_dhcp, files, generations, images, boots, boards, bad_packets, crashes, pins, proxy, proxy_firmware, rivals, refusals, real_head)


def inside(options):
    become_inhabitant()
    furnish("head", HEAD, private=("/etc", "/var/log", "/var/lib", "/usr/local"), empty=())
    site = Site(options.rootstock)
    try:
        site.head.start()
        good = True
        for module in MODULES:
            suite = f"netns.{module.__name__}"
            good &= run_cases(suite, cases_of(vars(module), suite, options.only), site, options.counts,
                              lambda: "the service's log ends with:\n" + site.processes.tail("rootstock", 12))
        return 0 if good else 1
    finally:
        site.processes.stop_all()


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
        print(f"netns: logs are kept in {FOLDER}/logs")
    return status


if __name__ == "__main__":
    sys.exit(main())
