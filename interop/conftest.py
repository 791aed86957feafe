"""The program under test, run as a person runs it, and what every run of it must leave behind."""
import json
import os
import select
import shlex
import shutil
import subprocess
import time
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PEERS = ("nanomsg", "nng")


def program():
    """$SPCONFORM, or the build that has it."""
    found = [os.environ["SPCONFORM"]] if "SPCONFORM" in os.environ else []
    found += [ROOT / "build" / preset / "harness" / "spconform" for preset in ("dev", "release")]
    for candidate in map(Path, found):
        if candidate.exists():
            return str(candidate.resolve())
    return pytest.exit("spconform is not built: ci/build", returncode=2)


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: holds only on a machine that does nothing else")
    config.addinivalue_line("markers", "xdist_group(name): those that share what takes long to make")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Lets a fixture know that its test has failed."""
    outcome = yield
    if outcome.get_result().failed:
        item.failed = True


def chromium():
    """The browser that interop/node/launch.js starts, or None."""
    found = os.environ.get("SPCONFORM_CHROMIUM")
    return found or shutil.which("chromium-headless-shell") or shutil.which("chromium")


class Finished:
    """A run that ended: its status, its output, how long it took."""

    def __init__(self, args, status, out, err, seconds):
        self.args, self.status, self.out, self.err = args, status, out, err
        self.seconds = seconds

    def __repr__(self):
        tail = "\n".join((self.out + self.err).splitlines()[-60:])
        return f"$ spconform {shlex.join(self.args)}\n{tail}\nstatus {self.status}"

    def counts(self):
        """The closing line, alone on the last line of standard output."""
        last = self.out.rstrip("\n").rpartition("\n")[2].split()
        assert last[1::2] == ["passed,", "failed,", "skipped"], f"no closing line: {self}"
        return tuple(int(n) for n in last[::2])


def left_running(token, seconds=2):
    """Processes, of whatever parent, that carry the token in their environment and, being on
    their way out perhaps, have not ended within the time."""
    left = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if token.encode() not in (entry / "environ").read_bytes():
                continue
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            process = os.pidfd_open(int(entry.name))
        except OSError:
            continue
        if not select.select([process], [], [], seconds)[0]:
            left.append(words)
        os.close(process)
    return left


def spconform(*args, within=60, **environment):
    """Runs the program; it must end within the time and leave no process behind."""
    token = f"SPC_TEST={uuid.uuid4()}"
    name, _, value = token.partition("=")
    args = [str(a) for a in args]
    began = time.monotonic()
    done = subprocess.run(
        [program(), *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=within,
        cwd=ROOT,
        env={**os.environ, name: value, **environment},
        check=False,
    )
    finished = Finished(
        args,
        done.returncode,
        done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"),
        time.monotonic() - began,
    )
    left = left_running(token)
    assert not left, f"left running: {left}\n{finished}"
    return finished


def read_results(path):
    """The JSON lines of a run: the instances, and the summary that must come last."""
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    assert rows and "summary" in rows[-1], f"{path} does not end in a summary"
    return rows[:-1], rows[-1]["summary"]
