"""parts.py PARTS WORD...: pytest in so many processes at once, each with its share of the tests.

The tests of whole runs wait far more than they compute, and know nothing of each other.  Prints
what each process printed, and a last line like pytest's own with the sums.
"""
import os
import re
import subprocess
import sys
import tempfile
import time


def pytest_addoption(parser):
    parser.addoption("--part", help="I/N: every Nth test, from the Ith on")


def shared(item):
    """What the test shares with others of its file, where that is made once for several: those
    stay together."""
    made = []
    for name, definitions in item._fixtureinfo.name2fixturedefs.items():
        if definitions[-1].scope != "function" and definitions[-1].baseid:
            params = getattr(item, "callspec", None)
            made.append((name, str(params.params.get(name) if params else None)))
    return (item.path, *sorted(made)) if made else item.nodeid


def pytest_collection_modifyitems(config, items):
    if part := config.getoption("--part"):
        i, n = map(int, part.split("/"))
        order = {key: k for k, key in enumerate(dict.fromkeys(map(shared, items)))}
        mine = [item for item in items if order[shared(item)] % n == i - 1]
        config.hook.pytest_deselected(items=[item for item in items if item not in mine])
        items[:] = mine


def start(part, words):
    output = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
    here = os.path.dirname(os.path.abspath(__file__))
    environment = {**os.environ, "PYTHONPATH": here, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "parts", "--part", part, *words]
    return output, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
    )


def main():
    parts, words = int(sys.argv[1]), sys.argv[2:]
    began = time.monotonic()
    running = [start(f"{i + 1}/{parts}", words) for i in range(parts)]
    status, sums = 0, {}
    for output, process in running:
        code = process.wait()
        output.seek(0)
        text = output.read()
        print(text, flush=True)
        last = text.rstrip().rpartition("\n")[2]
        counts = re.findall(r"(\d+) (passed|failed|skipped|xfailed|xpassed|error)", last)
        for n, what in counts:
            sums[what] = sums.get(what, 0) + int(n)
        if code == 5 and not counts:  # more parts than tests
            code = 0
        status = status or code
    told = ", ".join(f"{n} {what}" for what, n in sums.items()) or "no tests ran"
    print(f"{told} in {time.monotonic() - began:.2f}s")
    return status


if __name__ == "__main__":
    sys.exit(main())
