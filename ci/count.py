"""count.py KIND LOG STATUS: the counts of one step of ci/test, as "passed failed skipped".

A step that failed without any test to blame counts as one failed test, so that the sum cannot be
green when a step is not.
"""
import re
import sys


def ctest(text):
    """One per cmocka or pytest test; a program that prints none, or dies, counts as one."""
    cmocka, counts = {}, {}
    for line in text.splitlines():
        if m := re.match(r"(\d+): \[ +(OK|FAILED|SKIPPED) +\] (\S+)$", line):
            cmocka.setdefault(m[1], {})[m[3]] = m[2]  # a failure is said twice
        elif m := re.match(r"(\d+): (\d+ (?:passed|failed|skipped)\b.* in [\d.]+s)", line):
            counts[m[1]] = pytest(m[2])
    for program, tests in cmocka.items():
        verdicts = list(tests.values())
        counts[program] = [verdicts.count(v) for v in ("OK", "FAILED", "SKIPPED")]
    total = [0, 0, 0]
    for m in re.finditer(r"^ *\d+/\d+ Test +#(\d+): \S+ \.*(.*)$", text, re.M):
        passed, skipped = " Passed" in m[2], "Skipped" in m[2]
        count = counts.get(m[1], [int(passed), 0, int(skipped)])
        if not passed and not skipped:
            count[1] = max(count[1], 1)
        total = [a + b for a, b in zip(total, count)]
    return total


def summary(text):
    """The closing line of `spconform run` and its like; the last one counts."""
    found = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", text, re.M)
    return [int(n or 0) for n in found[-1]] if found else [0, 0, 0]


def mutants(text):
    found = re.findall(r"^(\d+) mutants, (\d+) killed", text, re.M)
    made, killed = map(int, found[-1]) if found else (0, 0)
    return [killed, made - killed, 0]


def vectors(text):
    found = re.findall(r"^\d+ vectors, (\d+) right, (\d+) wrong$", text, re.M)
    right, wrong = map(int, found[-1]) if found else (0, 0)
    return [right, wrong, 0]


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
