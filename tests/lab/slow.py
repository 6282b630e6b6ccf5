"""A mark for cases that only `tests/run --all` runs, or who asks for them by name."""


def slow(case):
    case.slow = True
    return case


def wanted(cases, options):
    return [case for case in cases if options.all or options.only or not getattr(case[1], "slow", False)]
