"""Simulated boards of every dialect against the real daemon. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/fleet/run.py --rootstock build/release/server/rootstock [--only NAME]"""
import sys

from ground import FOLDER, HEAD, Ground

import admission
import admission_full
import crashes
import faults
import misfits
import rehearsals
import storms
from suite import Suite

by_hand = [admission_full] if "fleet.admission_full" in " ".join(sys.argv) else []
FLEET = Suite("fleet", (storms, admission, misfits, crashes, rehearsals, faults, *by_hand), Ground, FOLDER, address=HEAD)

if __name__ == "__main__":
    sys.exit(FLEET.run(__file__, __doc__))
