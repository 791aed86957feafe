"""faulty_adapter.py FAULT VERB COMMAND...: a good adapter that goes wrong at the first VERB.

Requests are handed to COMMAND, and its answers handed back, until VERB is asked for.  Then the
adapter dies, hangs, floods its standard output, answers garbage, closes its standard output, and
so on: what an adapter's author gets wrong, and what a crashing library makes of a right one.
"""
import os
import signal
import subprocess
import sys


def out(octets):
    sys.stdout.buffer.write(octets)
    sys.stdout.buffer.flush()


def linger():
    """Lives, and says nothing, until the runner hangs up."""
    while sys.stdin.buffer.read(65536):
        pass


def flood():
    try:
        while True:
            out(b"ok and on and on " * 4096)
    except BrokenPipeError:
        sys.exit(0)


def hang():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()


def close():
    os.close(1)
    linger()


FAULTS = {
    "exits": lambda: os._exit(3),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "hangs": hang,
    "floods": flood,
    "endless-line": flood,
    "garbage": lambda: out(bytes(range(256)) + b"\n"),
    "unknown-answer": lambda: out(b"perhaps\n"),
    "empty-line": lambda: out(b"\n"),
    "half-line": lambda: (out(b"o"), os._exit(0)),
    "two-answers": lambda: out(b"ok\nok\n"),
    "closes-stdout": close,
}


def main():
    fault, verb, *command = sys.argv[1:]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as good:
        for line in sys.stdin.buffer:
            if line.split()[:1] == [verb.encode()]:
                good.kill()
                FAULTS[fault]()
                linger()
                return
            good.stdin.write(line)
            good.stdin.flush()
            out(good.stdout.readline())
        good.stdin.close()


if __name__ == "__main__":
    main()
