"""A suite that is asked for cases which it does not have says so, and touches nothing."""
import subprocess
import sys
import unittest
from pathlib import Path

from cases import NO_CASE

TESTS = Path(__file__).resolve().parents[1]


def asked_for(suite, pattern, *more):
    return subprocess.run([sys.executable, "-B", TESTS / suite / "run.py", "--rootstock", "/nowhere", "--only", pattern, *more],
                          capture_output=True, text=True, timeout=60)


class Only(unittest.TestCase):
    def test_a_pattern_that_matches_nothing(self):
        for suite in ("netns", "fleet", "lab"):
            done = asked_for(suite, "no.such.case")
            self.assertEqual(done.returncode, NO_CASE, (suite, done))
            self.assertIn(f"{suite}: no case is named like 'no.such.case'", done.stdout)

    def test_a_case_of_another_part(self):
        done = asked_for("fleet", "fleet.rehearsals", "--part", "crowds")
        self.assertEqual(done.returncode, NO_CASE, done)

    def test_run_asks_several_and_says_it_once(self):
        done = asked_for("netns", "fleet.storms", "--counts", "/dev/null")
        self.assertEqual((done.returncode, done.stdout), (NO_CASE, ""), done)


if __name__ == "__main__":
    unittest.main()
