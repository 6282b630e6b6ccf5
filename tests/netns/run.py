"""The real daemon with real clients in network namespaces. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/netns/run.py --rootstock build/release/server/rootstock [--only NAME]"""
import sys

from place import FOLDER, HEAD, Site

import bad_packets
import boards
import boots
import clients_of_dhcp
import crashes
import dhcp_packets
import files
import first_program
import generations
import images
import joining
import node_clock
import pins
import power
import proxy
import proxy_firmware
import real_head
import refusals
import rehearsal
import rivals
import verbs
from suite import Suite

MODULES = (dhcp_packets, clients_of_dhcp, files, first_program, generations, images, boots, boards, bad_packets, crashes, joining,
           node_clock, pins, power, proxy, proxy_firmware, rivals, refusals, rehearsal, verbs, real_head)
NETNS = Suite("netns", {"all": MODULES}, Site, FOLDER, address=HEAD, private=("/etc", "/var/log", "/var/lib", "/usr/local"), empty=())

if __name__ == "__main__":
    sys.exit(NETNS.run(__file__, __doc__))
