"""A tiny test runner: functions named test_* in the order in which they are written, with names and times.

    run_cases(module_globals, arguments) prints a line per case and returns the exit status
"""
import argparse
import inspect
import time
import traceback


NO_CASE = 5  # exit status: no case is named so, and nothing was done; pytest's, too


class Skip(Exception):
    """Raised by a case that cannot run here; says why."""


def cases_of(names, suite, pattern):
    """Those of a module's names that are cases and whose full name, e.g. netns.files.http_head, contains the pattern."""
    found = [(name[5:], value) for name, value in names.items() if name.startswith("test_") and inspect.isfunction(value)]
    found.sort(key=lambda case: (case[1].__code__.co_filename, case[1].__code__.co_firstlineno))
    return [(name, function) for name, function in found if pattern in f"{suite}.{name}"]


def no_case(suite, options):
    """Says so, but to tests/run, which asks several suites; the exit status."""
    if not options.counts:
        print(f"{suite}: no case is named like '{options.only}'; their names are {suite}.MODULE.NAME, as the suite prints them", flush=True)
    return NO_CASE


def run_one(function, fixture):
    """("ok" or "FAILED" or "skipped", words)"""
    try:
        function(fixture)
        return "ok", ""
    except Skip as why:
        return "skipped", str(why)
    except Exception:
        return "FAILED", traceback.format_exc()


def run_cases(suite, cases, fixture, counts_file=None, on_failure=lambda: ""):
    """`on_failure`: more words for a failed case, e.g. the ends of logs. True when none failed."""
    counts = {"ok": 0, "FAILED": 0, "skipped": 0}
    for name, function in cases:
        begin = time.monotonic()
        result, words = run_one(function, fixture)
        counts[result] += 1
        print(f"{suite}.{name:<46} {result:<7} {time.monotonic() - begin:6.1f} s" +
              (f"  {words}" if result == "skipped" else ""), flush=True)
        if result == "FAILED":
            print("    " + (words + on_failure()).replace("\n", "\n    "), flush=True)
    if counts_file:
        with open(counts_file, "a") as out:
            out.write(f"{counts['ok']} {counts['FAILED']} {counts['skipped']}\n")
    return counts["FAILED"] == 0


def arguments(description, more=lambda parser: None):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rootstock", required=True, help="the program to test")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--counts", help="file to which 'passed failed skipped' is appended")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    more(parser)
    return parser.parse_args()
