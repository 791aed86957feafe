"""Real programs that are not ours and have no adapter: nanocat and nngcat, in each role they have.

Each must get verdicts, never an ERROR of ours, in seconds; as REP, where a black box can be asked
most, at least 25 PASS.
"""
import shlex
import shutil
import socket
import subprocess
from contextlib import contextmanager

import pytest

from conftest import read_results, spconform

FLAGS = {
    "nanocat": {"dial": "--connect", "listen": "--bind"},
    "nngcat": {"dial": "--dial", "listen": "--listen"},
}
BOTH = ("req", "rep", "pub", "sub", "push", "pull", "surveyor", "respondent")
ROLES = [(program, role) for program in FLAGS for role in BOTH]
ROLES += [("nanocat", "bus"), ("nanocat", "pair"), ("nngcat", "pair0"), ("nngcat", "pair1")]
ASKS = {"req", "pub", "push", "surveyor", "bus", "pair", "pair0", "pair1"}  # again and again
ANSWERS = {"rep", "respondent"}
# A service that dials comes back in its own time, so these take long: one of each kind.
DIALERS = [("nanocat", role) for role in ("rep", "req", "pub", "pull")]
SECONDS = 20


def free_port(address):
    with socket.create_server((address, 0)) as probe:
        return probe.getsockname()[1]


def command(program, role, side, url):
    words = [program, f"--{role}", FLAGS[program][side], url]
    if role in ASKS | ANSWERS:
        words += ["--data", "hello"]
    if role in ASKS:
        words += ["--interval", "1"]
    return words


@contextmanager
def running(words):
    """The program, with its descriptors on /dev/null, gone afterwards."""
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def judge(folder, *words, within=SECONDS + 10):
    report = f"--report=jsonl={folder}/r.jsonl"
    done = spconform("run", *words, "--out", folder, report, within=within)
    rows, _ = read_results(folder / "r.jsonl")
    return done, [row["verdict"] for row in rows]


def fair(done, verdicts, seconds=SECONDS):
    assert done.status in (0, 1), done
    assert "ERROR" not in verdicts, done
    assert set(verdicts) - {"SKIP"}, f"nothing was judged: {done}"
    assert done.seconds < seconds, done


@pytest.mark.parametrize("program, role", ROLES)
def test_listener(program, role, tmp_path):
    """It listens, we connect; when it dies of what we send, --restart brings it back."""
    assert shutil.which(program), f"{program} is not installed"
    url = f"tcp://127.0.0.1:{free_port('127.0.0.1')}"
    words = command(program, role, "listen", url)
    restart = shlex.join(words)
    with running(words):
        done, verdicts = judge(
            tmp_path, "--connect", url, "--protocol", role, "--restart", restart
        )
    fair(done, verdicts)
    if role == "rep":
        assert verdicts.count("PASS") >= 25, done


@pytest.mark.parametrize("program, role", DIALERS)
def test_dialer(program, role, tmp_path):
    """We listen; --trigger starts it."""
    url = f"tcp://127.0.0.1:{free_port('127.0.0.1')}"
    words = command(program, role, "dial", url)
    done, verdicts = judge(
        tmp_path,
        *("--listen", url, "--protocol", role, "--trigger", shlex.join(words)),
        within=120,
    )
    fair(done, verdicts, seconds=110)


def test_over_ipc(tmp_path):
    url = f"ipc://{tmp_path}/rep.ipc"
    with running(command("nngcat", "rep", "listen", url)):
        done, verdicts = judge(tmp_path, "--connect", url, "--protocol", "rep")
    fair(done, verdicts)


def test_listener_that_never_answers(tmp_path):
    """The kernel accepts for it; nobody ever reads."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        url = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        done, verdicts = judge(tmp_path, "--connect", url, "--protocol", "rep")
    assert done.status == 1, done
    assert {"FAIL", "HANG", "CRASH"} & set(verdicts) and "ERROR" not in verdicts, done
    assert done.seconds < SECONDS, done


def test_target_that_dies_for_good(tmp_path):
    """Without --restart the rest is skipped, and said to be."""
    url = f"tcp://127.0.0.1:{free_port('127.0.0.1')}"
    with running(command("nanocat", "pub", "listen", url)):
        done, verdicts = judge(tmp_path, "--connect", url, "--protocol", "pub")
    assert done.status in (0, 1), done
    assert "ERROR" not in verdicts, done
    if "CRASH" in verdicts:
        assert "gone" in done.out, done
