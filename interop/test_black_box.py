"""Real programs that are not ours and have no adapter: nanocat and nngcat, in each role they have.

Each must get verdicts, never an ERROR of ours, in seconds; as REP, where a black box can be asked
most, at least 25 PASS.
"""
import shlex
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
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
OVER = [(side, program, "rep", "ws") for side in ("listener", "dialer") for program in FLAGS]
OVER += [(side, "nngcat", "rep", over) for side in ("listener", "dialer") for over in ("wss", "tls")]
SECONDS = 60  # only a hang reaches it: six runs share the machine
SECONDS_ALONE = 20


def free_port(address):
    with socket.create_server((address, 0)) as probe:
        return probe.getsockname()[1]


def certificate(folder):
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost"
    subprocess.run(
        [*words.split(), "-keyout", key, "-out", cert], check=True, stderr=subprocess.DEVNULL
    )
    return ["--cert", str(cert), "--key", str(key)]


def url_of(transport):
    address = f"127.0.0.1:{free_port('127.0.0.1')}"
    scheme = {"tls": "tls+tcp"}.get(transport, transport)
    return f"{scheme}://{address}" + ("/" if transport in ("ws", "wss") else "")


def command(program, role, side, url):
    if program == "nanocat" and side == "listen" and url.startswith("ws:"):
        url = url.rstrip("/")  # its listeners have no path
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


# Over WebSocket and TLS the pattern is asked, not RFC 6455: nanocat and nngcat send by themselves,
# and are slow to end where nobody answers a Close.
PATTERN = "rep_*"


def judge(folder, *words):
    report = f"--report=jsonl={folder}/r.jsonl"
    done = spconform("run", *words, "--out", folder, report, within=SECONDS)
    rows, _ = read_results(folder / "r.jsonl")
    return done, [row["verdict"] for row in rows]


def fair(done, verdicts):
    assert done.status in (0, 1), done
    assert "ERROR" not in verdicts, done
    assert set(verdicts) - {"SKIP"}, f"nothing was judged: {done}"


def only_pattern(transport):
    return ("--filter", PATTERN) if transport in ("ws", "wss", "tls") else ()


def listener(program, role, folder, transport="tcp"):
    """It listens, we connect; when it dies of what we send, --restart brings it back."""
    url = url_of(transport)
    words = command(program, role, "listen", url)
    if transport in ("wss", "tls"):
        words += certificate(folder)
    target = ("--connect", url, "--protocol", role, "--restart", shlex.join(words))
    target += only_pattern(transport)
    with running(words):
        return judge(folder, *target)


def dialer(program, role, folder, transport="tcp"):
    """We listen; --trigger starts it."""
    url = url_of(transport)
    words = command(program, role, "dial", url)
    if transport in ("wss", "tls"):
        words += ["--insecure"]  # our certificate is signed by nobody it knows
    target = ("--listen", url, "--protocol", role, "--trigger", shlex.join(words))
    return judge(folder, *target, *only_pattern(transport))


SIDES = {"listener": listener, "dialer": dialer}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs wait more than they work: all start at once, each test awaits its own."""
    assert all(map(shutil.which, FLAGS)), "install nanomsg-utils and nng-utils"
    with ThreadPoolExecutor(max_workers=6) as pool:
        yield {
            (side, *role): pool.submit(side, *role, tmp_path_factory.mktemp("black-box"))
            for side in (listener, dialer)
            for role in ROLES
        } | {
            (side, *role): pool.submit(SIDES[side], *role[:2], tmp_path_factory.mktemp("over"), role[2])
            for side, *role in OVER
        }


@pytest.mark.parametrize("program, role", ROLES)
@pytest.mark.parametrize("side", (listener, dialer))
def test_role(runs, side, program, role):
    done, verdicts = runs[side, program, role].result()
    fair(done, verdicts)
    if role == "rep":
        assert verdicts.count("PASS") >= 25, done


@pytest.mark.parametrize("side, program, role, transport", OVER)
def test_role_over(runs, side, program, role, transport):
    done, verdicts = runs[side, program, role, transport].result()
    fair(done, verdicts)
    assert "PASS" in verdicts, done


@pytest.mark.parametrize("program", FLAGS)
def test_rep_in_seconds(program, tmp_path, runs):
    """Alone on the machine, when all the others are through."""
    for run in runs.values():
        run.exception()
    done, verdicts = listener(program, "rep", tmp_path)
    fair(done, verdicts)
    assert done.seconds < SECONDS_ALONE, done


def over_ipc(program, folder):
    url = f"ipc://{folder}/rep.ipc"
    with running(command(program, "rep", "listen", url)):
        return judge(folder, "--connect", url, "--protocol", "rep")


ACCUSED = {"FAIL", "CRASH", "HANG"}
# interop/expect/nanomsg.txt says why.  The second ends it, and with it the run.
NANOMSG_OVER_IPC = {
    "ipc_reserved[ipc,iut-listens]": "FAIL",
    "ipc_type_survived[ipc,iut-listens]": "CRASH",
}


def test_nanocat_over_ipc(tmp_path):
    done, verdicts = over_ipc("nanocat", tmp_path)
    fair(done, verdicts)
    rows, _ = read_results(tmp_path / "r.jsonl")
    accused = {row["instance"]: row["verdict"] for row in rows if row["verdict"] in ACCUSED}
    assert accused.items() <= NANOMSG_OVER_IPC.items(), done
    assert verdicts.count("PASS") >= 20, done


# They end connections that nng has not greeted yet.  It takes the broken pipe for the end of its own
# listener (nng 1518): it greets whoever comes from then on, and serves nobody.
ENDED_UNGREETED = ("robust_instant_closes", "robust_200_stalled_greetings", "connect_64_at_once")


def test_nngcat_over_ipc(tmp_path):
    """Who did it is named, at most once, and nobody is accused of what came of it."""
    done, verdicts = over_ipc("nngcat", tmp_path)
    fair(done, verdicts)
    assert not {"CRASH", "FAIL"} & set(verdicts), done
    rows, _ = read_results(tmp_path / "r.jsonl")
    hung = [row for row in rows if row["verdict"] == "HANG"]
    if hung:
        assert len(hung) == 1 and "serves it no more" in hung[0]["why"], done
        assert hung[0]["instance"].startswith(ENDED_UNGREETED), done
        assert "gone" in done.out, done
    assert done.seconds < SECONDS_ALONE, done


def test_listener_that_never_answers(tmp_path):
    """The kernel accepts for it; nobody ever reads."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        url = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        done, verdicts = judge(tmp_path, "--connect", url, "--protocol", "rep")
    assert done.status == 1, done
    assert {"FAIL", "HANG", "CRASH"} & set(verdicts) and "ERROR" not in verdicts, done
    assert done.seconds < SECONDS_ALONE, done


def test_target_that_dies_for_good(tmp_path):
    """Without --restart the rest is skipped, and said to be."""
    url = f"tcp://127.0.0.1:{free_port('127.0.0.1')}"
    with running(command("nanocat", "pub", "listen", url)):
        done, verdicts = judge(tmp_path, "--connect", url, "--protocol", "pub")
    assert done.status in (0, 1), done
    assert "ERROR" not in verdicts, done
    if "CRASH" in verdicts:
        assert "gone" in done.out, done
