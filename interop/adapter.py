"""An adapter as the runner sees it: a process that answers lines."""
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from conftest import ROOT, program

SOURCES = ROOT / "interop" / "adapters"
BUILT = Path(program()).parent.parent / "interop" / "adapters"
COMMANDS = {
    "nanomsg": [str(BUILT / "nanomsg")],
    "nng": [str(BUILT / "nng")],
    "python": [sys.executable, str(SOURCES / "python.py")],
}


class Adapter:
    def __init__(self, name, command=None, **environment):
        self.name, self.pending = name, b""
        self.process = subprocess.Popen(
            command or COMMANDS[name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, **environment},
        )

    def ask(self, *lines):
        for line in lines:
            self.process.stdin.write(line.encode() + b"\n")

    def answer(self, seconds=60):
        """Only one that hangs takes so long, whatever else the machine does."""
        end = time.monotonic() + seconds
        while b"\n" not in self.pending:
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
            assert ready, f"{self.name} does not answer"
            more = os.read(self.process.stdout.fileno(), 65536)
            assert more, f"{self.name} has ended: {self.process.wait(seconds)}"
            self.pending += more
        line, _, self.pending = self.pending.partition(b"\n")
        return line.decode()

    def __call__(self, line):
        self.ask(line)
        return self.answer()

    def ok(self, line):
        """What follows `ok`."""
        answer = self(line)
        assert answer.split(" ")[0] == "ok", f"{self.name}: {line[:60]} -> {answer}"
        return answer[3:]

    def err(self, line):
        answer = self(line).split()
        assert answer[0] == "err", f"{self.name}: {line} -> {answer}"
        return answer[1]

    def features(self):
        return self.ok("hello 1").split()[2:]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def end(self):
        """Its input ends; returns its exit status."""
        self.process.stdin.close()
        status = self.process.wait(5)
        self.process.stdout.close()
        return status


def link(a, b, url):
    """Socket `a` = (adapter, name) listens, `b` dials; both see the pipe."""
    actual = a[0].ok(f"listen {a[1]} {url}")
    b[0].ok(f"dial {b[1]} {actual}")
    for adapter, name in (a, b):
        adapter.ok(f"pipes {name} 1 3000")
    return actual
