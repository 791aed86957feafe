"""What happens to us: no descriptors, no disk, an impatient user, a peer that talks nonsense."""
import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading

import pytest

from conftest import ROOT, left_running, program, read_results, spconform


def test_full_disk(tmp_path):
    """Said once; the verdicts still reach the terminal."""
    done = spconform("run", "--reference", "--filter", "req_*", "--report", "jsonl=/dev/full")
    assert done.status == 2, done
    assert "cannot be written" in done.err and len(done.err.splitlines()) == 1, done
    assert done.counts()[0] > 0, done


def test_out_is_not_a_folder(tmp_path):
    (tmp_path / "file").touch()
    done = spconform("run", "--reference", "--filter", "req_*", "--out", tmp_path / "file")
    assert done.status == 2 and len(done.err.splitlines()) == 1, done


def test_standard_output_closed():
    """The reader of a pipe has gone: an end, not a hang."""
    with subprocess.Popen(
        [program(), "list"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    ) as listing:
        listing.stdout.close()
        listing.wait(timeout=10)


@pytest.mark.parametrize("limit", [8, 12, 16, 32, 64])
def test_few_descriptors(limit, tmp_path):
    """Out of descriptors is our trouble, never the peer's: ERROR or one line, exit 2."""
    done = subprocess.run(
        [program(), "run", "--peer", "nng", "--filter", "req_*", "--out", str(tmp_path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode in (0, 2), said
    assert not re.search(r"^(FAIL|CRASH)\b", said, re.MULTILINE), said


def test_interrupted(tmp_path):
    """SIGINT midway: results so far are kept, the reports are complete, nothing stays behind."""
    report = tmp_path / "r.jsonl"
    token = f"SPC_TEST=interrupted-{os.getpid()}"
    with subprocess.Popen(
        [
            *(program(), "run", "--peer", "nng", "--out", tmp_path, "--jobs", "1"),
            *("--report", f"jsonl={report}", "--report", "jsonl=-"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        cwd=ROOT,
        env={**os.environ, **dict([token.split("=")])},
    ) as run:
        for line in run.stdout:
            if line.startswith(b"{"):
                break
        os.killpg(run.pid, signal.SIGINT)
        out, err = run.communicate(timeout=15)
    assert run.returncode in (1, 2, 130, -signal.SIGINT), (out, err)
    assert b"interrupted" in out + err
    rows, summary = read_results(report)
    assert rows and summary
    assert not left_running(token)


def test_peer_of_random_octets(tmp_path):
    """A black box that answers with noise, then hangs up: verdicts, no ERROR."""
    listener = socket.create_server(("127.0.0.1", 0))

    def babble():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                connection.sendall(os.urandom(4096))
                connection.close()
            except OSError:
                pass

    threading.Thread(target=babble, daemon=True).start()
    url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    options = ["--protocol", "rep", "--behaviour", "echo", "--patience", "300"]
    report = ["--report", f"jsonl={tmp_path / 'r.jsonl'}", "--out", tmp_path]
    done = spconform("run", "--connect", url, *options, *report, within=60)
    listener.close()
    assert done.status == 1, done
    assert "ERROR" not in done.out, done
    assert all(json.loads(line) for line in open(tmp_path / "r.jsonl", encoding="utf-8"))
