"""What --trigger and --restart started has ended when spconform has, however that came about, and
whatever group or session it went to."""
import os
import shlex
import signal
import socket
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import left_running, program, spconform

# Processes that nobody waits for: in the group of the shell, in a session of their own, orphans.
STRAYS = "sleep 600 & setsid sleep 600 & (setsid sleep 600 &)"


def free_url():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"ws://127.0.0.1:{probe.getsockname()[1]}"


def dialler(started):
    """A client that is started again and again; the first that has been tells."""
    url = free_url() + "/"
    client = shlex.join(["nngcat", "--pub", "--dial", url, "--data", "hello", "--interval", "1"])
    command = f"{STRAYS}; echo up > {started} & {client}"
    return ["--listen", url, "--protocol", "pub", "--trigger", command, "--filter", "ws_ping_of_1*"]


def service(url):
    return ["nanocat", "--pub", "--bind", url, "--data", "hello", "--interval", "1"]


def listener(started, url):
    """A service that dies of each message, and is brought back."""
    command = f"{STRAYS}; echo up > {started} & {shlex.join(service(url))}"
    words = ["--connect", url + "/", "--protocol", "pub", "--restart", command]
    return [*words, "--filter", "pub_message_from_subscriber*"]


@contextmanager
def service_at(url):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(service(url), stdin=subprocess.DEVNULL, **quiet) as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def under_way(folder, side):
    """A run that has started what it is to end: the process, and the token of all of that."""
    started = folder / "started"
    os.mkfifo(started)
    token, url = f"SPC_TEST={uuid.uuid4()}", free_url()
    words = dialler(started) if side == "dialler" else listener(started, url)
    name, _, value = token.partition("=")
    with service_at(url), subprocess.Popen(
        [program(), "run", *words, "--repeat", "1000"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, name: value},
    ) as run:
        try:
            assert started.read_text().startswith("up")  # blocks until it is written to
            yield run, token
        finally:
            run.kill()


def worker_of(run):
    return int(Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()[0])


SIDES = pytest.mark.parametrize("side", ("dialler", "listener"))


@SIDES
@pytest.mark.parametrize("sent", (signal.SIGINT, signal.SIGTERM), ids=lambda s: s.name)
def test_interrupted(tmp_path, side, sent):
    with under_way(tmp_path, side) as (run, token):
        run.send_signal(sent)
        run.wait(timeout=20)
        assert left_running(token, seconds=0) == []


@SIDES
def test_worker_killed(tmp_path, side):
    with under_way(tmp_path, side) as (run, token):
        os.kill(worker_of(run), signal.SIGKILL)
        run.send_signal(signal.SIGINT)
        run.wait(timeout=20)
        assert left_running(token, seconds=0) == []


@SIDES
def test_killed(tmp_path, side):
    """Nobody is left to wait for them, but for a moment."""
    with under_way(tmp_path, side) as (run, token):
        run.kill()
        run.wait(timeout=20)
        assert left_running(token, seconds=5) == []


def test_run_to_its_end(tmp_path):
    os.mkfifo(tmp_path / "started")
    words = dialler(tmp_path / "started")
    done = spconform("run", *words)  # sees to it that nothing is left running
    assert done.status == 0, done
