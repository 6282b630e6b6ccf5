"""Simulated boards of every dialect against the real daemon. Started by tests/run; by hand:
   sudo /usr/bin/python3 tests/fleet/run.py --rootstock build/release/server/rootstock [--part storms] [--only NAME]"""
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

# Of about the same length; tests/run names them.
PARTS = {"storms": (storms, rehearsals), "crowds": (admission, crashes), "misfits": (misfits,), "faults": (faults,)}
if "fleet.admission_full" in " ".join(sys.argv):
    PARTS["by hand"] = (admission_full,)
FLEET = Suite("fleet", PARTS, Ground, FOLDER, address=HEAD)

if __name__ == "__main__":
    sys.exit(FLEET.run(__file__, __doc__))
