"""Whole runs against small adapters and services that misbehave: an end in time, nothing left."""
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

SPCONFORM = os.environ["SPCONFORM"]
CASES = ("--filter", "rep_ttl_option*", "--filter", "sanity_*", "--transport", "tcp")

# Hands requests on to the reference, until a verb comes at which it does what it is told.
ADAPTER = """
import os, signal, subprocess, sys, time
fault, at = sys.argv[1:3]
good = subprocess.Popen([sys.argv[3], "adapter"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def fork_and_go():
    if os.fork() == 0:
        while True:
            signal.pause()
    os._exit(0)
def shout():
    line = b"x" * 99 + b"\\n"
    while True:
        os.write(2, line * 500)
def crowd_in():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
def work():
    crowd_in()
    end = time.process_time() + 0.6
    while time.process_time() < end:
        pass
    FAULTS[fault] = lambda: None # once is enough
def sleep_in_the_crowd():
    crowd_in()
    signal.pause()
def hold_on():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open("held", "w") as held: # a FIFO: whoever waits at it knows that we are here
        held.write("here")
    while True:
        signal.pause()
FAULTS = {
    "forks": fork_and_go,
    "shouts": shout,
    "holds-on": hold_on,
    "works": work,
    "sleeps": sleep_in_the_crowd,
    "exits": lambda: os._exit(0),
    "claims": lambda: os.write(1, b"ok fill:99999999999:00\\n"),
    "reports": lambda: os.write(2, b"a.c:1:2: runtime error: signed integer overflow\\n"),
}
for line in sys.stdin.buffer:
    verb = line.split()[0].decode()
    if verb == at:
        FAULTS[fault]()
        if fault == "claims": # that was the answer
            continue
    good.stdin.write(line)
    good.stdin.flush()
    os.write(1, good.stdout.readline())
good.stdin.close()
"""


def left(token):
    """Processes that carry the token, after a moment to end."""
    until = time.monotonic() + 3
    while True:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and token.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes())
            except OSError:
                pass
        if not any(found) or time.monotonic() > until:
            return [words for words in found if words]


def run(*words, tmp, within=60, interrupt_when=None):
    """Status, both outputs; nothing may be left running or lying about.  `interrupt_when` is given
    the process and returns as soon as it is to be interrupted."""
    token = f"SPC_FAULTS={uuid.uuid4()}"
    name, value = token.split("=")
    scratch = tmp / "scratch"
    scratch.mkdir(exist_ok=True)
    environment = {**os.environ, name: value, "TMPDIR": str(scratch)}
    with subprocess.Popen(
        [SPCONFORM, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=tmp,
    ) as process:
        try:
            if interrupt_when:
                interrupt_when(process)
                process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=within)
        except BaseException:
            process.kill()
            raise
    out, err = out.decode(errors="replace"), err.decode(errors="replace")
    assert not left(token), (left(token), out, err)
    assert not list(scratch.iterdir())
    return process.returncode, out, err


def awaited(file, seconds=30):
    """Something came, or whoever wrote has gone."""
    assert select.select([file], [], [], seconds)[0], "nothing came"


def faulty(fault, verb, tmp, *more, cases=CASES, **how):
    program = tmp / "adapter.py"
    program.write_text(ADAPTER, encoding="utf-8")
    words = [sys.executable, program, fault, verb, SPCONFORM]
    iut = shlex.join(str(word) for word in words)
    return run("run", "--iut", iut, *cases, "--patience", "300", *more, tmp=tmp, **how)


@pytest.mark.parametrize("verb", ["open", "recv", "reset"])
def test_children_that_hold_the_pipes(verb, tmp_path):
    """The process is gone, its child holds its output open: a crash, at once, and no orphan."""
    began = time.monotonic()
    status, out, err = faulty("forks", verb, tmp_path)
    assert status == 1 and "CRASH" in out and "it ended with status 0" in out, (out, err)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("fault, word", [("exits", "CRASH"), ("shouts", "HANG")])
def test_ends_and_floods(fault, word, tmp_path):
    status, out, err = faulty(fault, "recv", tmp_path)
    assert status == 1 and word in out, (out, err)


@pytest.fixture
def crowd():
    """Others who want the one processor on which the adapter works: an eighth is left to it."""
    one = {min(os.sched_getaffinity(0))}
    busy = [sys.executable, "-c", f"import os; os.sched_setaffinity(0, {one})\nwhile True: pass"]
    loops = [subprocess.Popen(busy, stdin=subprocess.DEVNULL) for _ in range(7)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


@pytest.mark.parametrize("fault, status, word", [("works", 0, "PASS"), ("sleeps", 1, "HANG")])
def test_busy_machine(fault, status, word, crowd, tmp_path):
    """Work of 0.6 s takes 5 s, longer than the call has: no hang.  One that does nothing hangs."""
    one = ["--filter", "rep_returns_any_id[tcp,iut-listens]"]
    ended, out, err = faulty(fault, "recv", tmp_path, "--verbose", cases=one)
    assert ended == status and word in out, (out, err)


def test_claim_of_a_huge_payload(tmp_path):
    status, out, err = faulty("claims", "recv", tmp_path)
    assert status != 0 and "malformed" in out, (out, err)


def test_sanitizer_report_before_reset_is_answered(tmp_path):
    status, out, err = faulty("reports", "reset", tmp_path)
    assert status == 1 and "CRASH" in out and "runtime error" in out, (out, err)


def test_the_command_to_run_it_again_is_whole(tmp_path):
    """Quoted for a shell, and with the option without which the instance would not run."""
    program = tmp_path / "adapter.py"
    program.write_text(ADAPTER, encoding="utf-8")
    iut = shlex.join([sys.executable, str(program), "exits", "reset", SPCONFORM, "it's so"])
    words = ["--iut", iut, "--filter", "sanity_greeting*", "--slow", "--profile", "strict"]
    status, out, _ = run("run", *words, tmp=tmp_path)
    assert status == 1 and "repeat" in out, out
    for line in out.splitlines():
        if line.lstrip().startswith("repeat "):
            again = shlex.split(line)[1:]
            assert again[:4] == ["spconform", "run", "--iut", iut], again
            assert "--slow" in again and "strict" in again


RUDE = """
import sys
for line in sys.stdin:
    print("\\033[31mwords", file=sys.stderr, flush=True)
    hello = line.startswith("hello")
    print("ok na\\033me 1 tcp" if hello else "\\033]0;title\\007", flush=True)
"""


def test_check_shows_words_of_the_adapter_escaped(tmp_path):
    program = tmp_path / "rude.py"
    program.write_text(RUDE, encoding="utf-8")
    iut = shlex.join([sys.executable, str(program)])
    status, out, err = run("check", "--iut", iut, "--verbose", tmp=tmp_path)
    assert status == 1 and "unknown-verb" in out and "unknown-protocol" in out
    assert "\x1b" not in out + err and "\\x1b[31mwords" in err and "\\x1b]0;" in out


def test_words_of_what_is_no_adapter_are_escaped(tmp_path):
    program = tmp_path / "rude.py"
    program.write_text(RUDE.replace("if hello", "if not hello"), encoding="utf-8")
    iut = shlex.join([sys.executable, str(program)])
    status, out, err = run("run", "--iut", iut, *CASES, tmp=tmp_path)
    assert status == 2 and "no adapter" in err
    assert "\x1b" not in out + err and "\\x1b]0;" in err


def test_sanity_ends_a_run_of_few_instances_in_many_segmentations(tmp_path):
    iut = shlex.join([SPCONFORM, "adapter"])
    words = ["--iut", iut, "--filter", "sanity_greeting*", "--filter", "rep_ttl_option*"]
    more = ["--segmentation", "every-split", "--transport", "tcp"]
    status, out, err = run("run", *words, *more, tmp=tmp_path)
    assert status == 0 and " 0 failed" in out, (out, err)


def test_interrupted_while_an_adapter_hangs(tmp_path):
    """One that ignores SIGTERM is ended too."""
    held = tmp_path / "held"
    os.mkfifo(held)
    fifo = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    began = time.monotonic()
    status, out, err = faulty("holds-on", "recv", tmp_path, interrupt_when=lambda _: awaited(fifo))
    os.close(fifo)
    assert status in (1, 130) and "interrupted" in err, (out, err)
    assert time.monotonic() - began < 15


def test_interrupted_while_nobody_attaches(tmp_path):
    words = ["run", "--attach", "127.0.0.1:0"]
    status, _, err = run(
        *words, tmp=tmp_path, within=10, interrupt_when=lambda process: awaited(process.stderr)
    )
    assert err.startswith("waiting for an adapter"), err
    assert status in (2, 130) and "interrupted" in err, err


def peer(*words):
    process = subprocess.Popen(
        [SPCONFORM, "peer", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    words = process.stderr.readline().decode().split() if "--listen" in words else [None]
    return process, words[-1]


# What was to be received is not there, unless it was: until interrupted.
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "words, status",
    [
        (["sub", "--listen", "tcp://127.0.0.1:0", "--recv", "-1"], 0),
        (["rep", "--listen", "tcp://127.0.0.1:0", "--recv", "-1"], 0),
        (["pair", "--listen", "tcp://127.0.0.1:0", "--recv", "3", "--timeout", "60000"], 1),
        (["push", "--listen", "tcp://127.0.0.1:0", "--send", "00", "--timeout", "60000"], 1),
    ],
)
def test_interrupted_peer(words, status, how):
    process, _ = peer(*words)
    process.send_signal(how)
    out, err = process.communicate(timeout=3)
    assert process.returncode == status and not out, err
    assert (b"interrupted" in err) == (status != 0), err


def test_interrupted_peer_whose_output_nobody_reads():
    """As soon as it has more to print than the pipe takes."""
    process, url = peer("pull", "--listen", "tcp://127.0.0.1:0", "--recv", "-1")
    words = ["--send", "61*100000"] * 20
    subprocess.run([SPCONFORM, "peer", "push", "--dial", url, *words], check=True, timeout=20)
    assert process.stdout.read(1) == b"a"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=3) == 0
    process.stdout.close()
    process.stderr.close()


def test_peer_whose_output_cannot_be_written():
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen(
            [SPCONFORM, "peer", "pull", "--listen", "tcp://127.0.0.1:0", "--hex"],
            stdout=full,
            stderr=subprocess.PIPE,
        )
    url = process.stderr.readline().decode().split()[-1]
    subprocess.run([SPCONFORM, "peer", "push", "--dial", url, "--send", "00"], timeout=20)
    _, err = process.communicate(timeout=5)
    assert process.returncode == 2 and b"standard output" in err, err


def serve(behave):
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)

    def each(connection):
        try:
            behave(connection)
        except OSError:
            pass

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=each, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener, f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def flood(connection):
    connection.sendall(b"\0SP\0\0\x31\0\0")
    while True:
        connection.sendall(b"\0" * 65536)


def flood_one_frame(connection):
    """A frame of 2^31 octets that keeps coming."""
    connection.sendall(b"\0SP\0\0\x31\0\0" + (1 << 31).to_bytes(8, "big"))
    while True:
        connection.sendall(b"x" * 1000)


def greet_and_ignore(connection):
    connection.sendall(b"\0SP\0\0\x31\0\0")
    threading.Event().wait(120)


@pytest.mark.parametrize("behave", [flood, flood_one_frame, greet_and_ignore])
def test_service_that_misbehaves(behave, tmp_path):
    """Verdicts or a clear stop, in time, whatever comes or does not."""
    listener, url = serve(behave)
    words = ["--connect", url, "--protocol", "rep", "--patience", "300", "--filter", "rep_r*"]
    status, out, err = run("run", *words, tmp=tmp_path, within=60)
    listener.close()
    assert status in (1, 2) and (out + err), (out, err)
    assert "passed," in out


class Stops:
    """A REP that answers, until a connection is closed before it was greeted: the kernel still
    completes connections, and it greets them or not, but it serves none until it is started again.
    """

    def __init__(self, greets, revived):
        self.greets, self.revived, self.stopped = greets, revived, False

    def __call__(self, connection):
        if self.stopped and self.revived.exists():
            self.stopped = False
            self.revived.unlink(missing_ok=True)
        if self.stopped:
            if self.greets:
                connection.sendall(b"\0SP\0\0\x31\0\0")
            threading.Event().wait(120)
        with connection, connection.makefile("rwb") as peer:
            connection.settimeout(0.02)
            try:
                self.stopped |= connection.recv(1, socket.MSG_PEEK) == b""
            except TimeoutError:
                pass
            connection.settimeout(60)
            connection.sendall(b"\0SP\0\0\x31\0\0")
            if peer.read(8) != b"\0SP\0\0\x30\0\0":
                return
            while size := peer.read(8):
                body = peer.read(int.from_bytes(size, "big"))
                connection.sendall(size + body)


STOPPER = ["--filter", "rep_returns_any_id*", "--filter", "rep_returns_one_hop*"]
STOPPER += ["--filter", "robust_instant_closes*", "--filter", "robust_short_connections*"]


@pytest.mark.parametrize("greets", [True, False])
@pytest.mark.parametrize("restart", [True, False])
def test_service_that_stops_serving(greets, restart, tmp_path):
    """The instance that did it is named; those behind it are not accused."""
    revived = tmp_path / "revived"
    listener, url = serve(Stops(greets, revived))
    words = ["--connect", url, "--protocol", "rep", "--transport", "tcp", *STOPPER]
    if restart:
        words += ["--restart", f"touch {revived}"]
    words += ["--patience", "1000", "--verbose"]
    status, out, err = run("run", *words, tmp=tmp_path, within=60)
    listener.close()
    told = [line.split() for line in out.splitlines() if "[tcp,iut-listens]  " in line]
    found = {words[1].partition("[")[0]: words[0] for words in told}
    assert status == 1 and f"{'serves' if greets else 'greets'} " in out + err, (out, err)
    # Brought back, it is judged again; being late once is no accusation.
    assert found.pop("robust_short_connections") in (("PASS", "INFO") if restart else ("SKIP",)), out
    assert found.pop("robust_instant_closes") == "HANG", (out, err)
    assert set(found.values()) <= {"PASS", "INFO"} and len(found) == 2, (out, err)


def test_trigger_that_fails(tmp_path):
    """Not the service's fault, and said before there is a verdict."""
    words = ["--listen", "tcp://127.0.0.1:0", "--protocol", "rep", "--trigger", "exit 7"]
    status, out, err = run("run", *words, tmp=tmp_path, within=20)
    assert status == 2 and "--trigger ends with status 7" in err, (out, err)
    assert "FAIL" not in out and out.endswith("0 passed, 0 failed, 0 skipped\n"), out


CONTRADICTIONS = {
    "protocol without a service": (["--reference", "--protocol", "rep"], "--protocol"),
    "trigger for one that listens": (
        ["--connect", "tcp://127.0.0.1:1", "--protocol", "rep", "--trigger", "x"],
        "--trigger",
    ),
    "restart for one that dials": (
        ["--listen", "tcp://127.0.0.1:0", "--protocol", "rep", "--restart", "x"],
        "--restart",
    ),
    "behaviour that is none": (
        ["--connect", "tcp://127.0.0.1:1", "--protocol", "rep", "--behaviour", "shy"],
        "shy",
    ),
    "many at one service": (
        ["--connect", "tcp://127.0.0.1:1", "--protocol", "rep", "--jobs", "4"],
        "--jobs",
    ),
    "two reports in one file": (["--reference", "--report", "tap=x", "--report", "junit=x"], "x"),
    "one filter of two": (["--reference", "--filter", "req*", "--filter", "zz*"], "zz*"),
    "empty filter": (["--reference", "--filter", ""], "no case"),
    "shard with a tail": (["--reference", "--shard", "1/2x"], "1/2x"),
    "endless command": (["--iut", "x" * 5000], "4,095"),
}


@pytest.mark.parametrize("words, named", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_contradictions(words, named, tmp_path):
    status, _, err = run("run", *words, tmp=tmp_path, within=10)
    assert status == 2 and len(err.splitlines()) == 1 and named in err, err


def test_simulated_time_runs_the_slow_cases(tmp_path):
    words = ("run", "--reference", "--filter", "req_resend_interval_defaults_to_60_s*")
    status, out, err = run(*words, tmp=tmp_path, within=20)
    assert status == 0 and "10 passed" in out, (out, err)


def test_peer_says_how_text_is_written():
    words = ("--listen", "tcp://127.0.0.1:0", "--send", "hello")
    with subprocess.Popen([SPCONFORM, "peer", "pair", *words], stderr=subprocess.PIPE) as process:
        port = int(process.stderr.readline().rsplit(b":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as us:
            us.sendall(bytes.fromhex("0053500000100000"))
            err = process.communicate(timeout=20)[1]
    assert process.returncode == 2 and b"""text stands between quotes: "'hello'\"""" in err, err
