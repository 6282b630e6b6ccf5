"""Simulated boards of every dialect against the real daemon. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/fleet/run.py --rootstock build/release/server/rootstock [--only NAME]"""
import sys

from ground import FOLDER, HEAD, Ground

import misfits
import rehearsals
import storms
from suite import Suite

FLEET = Suite("fleet", (storms, misfits, rehearsals), Ground, FOLDER, address=HEAD, empty=())

if __name__ == "__main__":
    sys.exit(FLEET.run(__file__, __doc__))
