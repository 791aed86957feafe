"""count.py KIND LOG STATUS: the counts of one step of ci/test, as "passed failed skipped".

A step that failed without any test to blame counts as one failed test, so that the sum cannot be
green when a step is not.
"""
import re
import sys


def ctest(text):
    """One count per cmocka test; a program that prints none, or dies, counts as one."""
    programs = {}
    for line in text.splitlines():
        if m := re.match(r"(\d+): \[ +(OK|FAILED|SKIPPED) +\] (\S+)$", line):
            programs.setdefault(m[1], {}).setdefault(m[3], m[2])
    total = {"OK": 0, "FAILED": 0, "SKIPPED": 0}
    for m in re.finditer(r"^ *\d+/\d+ Test +#(\d+): \S+ \.*(.*)$", text, re.M):
        tests = list(programs.get(m[1], {}).values())
        verdict = "OK" if " Passed" in m[2] else "SKIPPED" if "Skipped" in m[2] else "FAILED"
        if not tests or verdict == "FAILED" and "FAILED" not in tests:
            tests.append(verdict)
        for test in tests:
            total[test] += 1
    return list(total.values())


def summary(text):
    """The closing line of `spconform run` and its like; the last one counts."""
    found = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", text, re.M)
    return [int(n or 0) for n in found[-1]] if found else [0, 0, 0]


def mutants(text):
    found = re.findall(r"^(\d+) mutants, (\d+) killed", text, re.M)
    made, killed = map(int, found[-1]) if found else (0, 0)
    return [killed, made - killed, 0]


def pytest(text):
    last = text.rstrip().rpartition("\n")[2]

    def n(*words):
        return sum(int(m) for m in re.findall(r"(\d+) (?:%s)\b" % "|".join(words), last))

    return [n("passed", "xfailed"), n("failed", "error", "errors", "xpassed"), n("skipped")]


def one(_):
    return [1, 0, 0]


def main():
    kind, log, status = sys.argv[1:]
    with open(log, encoding="utf-8", errors="replace") as f:
        count = globals()[kind](f.read())
    if status != "0" and kind == "one":
        count = [0, 1, 0]
    elif status != "0" and count[1] == 0:
        count[1] = 1
    elif status == "0" and count[0] == 0:  # a step that ran nothing proves nothing
        count[1] += 1
    print(*count)


if __name__ == "__main__":
    main()
