"""Real programs that are not ours and have no adapter: nanocat and nngcat, in each role they have.

Each must get verdicts, never an ERROR of ours, in seconds; as REP, where a black box can be asked
most, at least 25 PASS.  Whoever is accused has a deviation that its library is known to have.
"""
import re
import shlex
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fnmatch import fnmatchcase

import pytest

from conftest import ROOT, read_results, spconform

pytestmark = pytest.mark.xdist_group("black box")  # what is started once serves all

FLAGS = {
    "nanocat": {"dial": "--connect", "listen": "--bind"},
    "nngcat": {"dial": "--dial", "listen": "--listen"},
}
BOTH = ("req", "rep", "pub", "sub", "push", "pull", "surveyor", "respondent")
ROLES = [(program, role) for program in FLAGS for role in BOTH]
ROLES += [("nanocat", "bus"), ("nanocat", "pair"), ("nngcat", "pair0"), ("nngcat", "pair1")]
ASKS = {"req", "pub", "push", "surveyor", "bus", "pair", "pair0", "pair1"}  # again and again
ANSWERS = {"rep", "respondent"}
# nngcat ends by itself ("Cannot set recv timeout") when nobody was there to send to for an interval.
HEARS = {"req", "surveyor", "bus", "pair0", "pair1"}
SIDES = ("listener", "dialer")
TCP_AND_WS = [(side, *role, over) for over in ("tcp", "ws") for side in SIDES for role in ROLES]
OVER_TLS = [
    (side, "nngcat", role, over)
    for over in ("wss", "tls")
    for side in SIDES
    for role in ("rep", "pub", "pair0")
]
AT_ONCE = 12
SECONDS = 240  # only a hang reaches it: so many runs share the machine
SECONDS_ALONE = 20

# What a list of interop/expect/ does not say, since there the application sends nothing by itself.
ACCUSED = {"FAIL", "CRASH", "HANG"}
LIBRARY = {"nanocat": "nanomsg", "nngcat": "nng"}
BESIDES = (
    # src/protocols/pubsub/xpub.c:134: whatever comes to a PUB ends it, Pings and Pongs of ws too.
    ("*", "nanocat", "pub", "CRASH", "*"),
    # src/transports/ws/sws.c:1551 when a connection ends while a request is being sent, and
    # src/protocols/utils/priolist.c: nn_xreq_out() of a pipe that has gone.
    ("*", "nanocat", "req", "CRASH", "*[[]ws,*"),
    # src/transports/tcp/stcp.c:422, src/transports/ipc/sipc.c:429: the same; in the state DONE the
    # end of a send is not foreseen.
    ("*", "nanocat", "req", "CRASH", "robust_random_*"),
    # src/sp/protocol/pipeline0/push.c: the list of those that are ready has one that has gone.
    ("*", "nngcat", "push", "CRASH", "*"),
    # src/transports/ws/ws_handshake.c:1350-1356: who was refused by 400 becomes a pipe all the same,
    # and gets what the application sends.
    ("listener", "nanocat", "*", "FAIL", "ws_offer_*[[]ws,*"),
    ("listener", "nanocat", "*", "FAIL", "ws_request_*[[]ws,*", "what came is no response of HTTP"),
    # src/aio/usock_posix.inc:1098-1105: octets left over from the connection before come first in
    # the next response, and src/transports/ws/ws_handshake.c:659 asserts its length.
    ("dialer", "nanocat", "*", "CRASH", "robust_random_after_greeting[[]ws,*"),
)


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
        words += ["--interval", "600" if program == "nngcat" and role in HEARS else "1"]
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


# With a stranger's certificate we do any key exchange, and nngcat's mbed TLS then wants P-521: nearly
# half of what a run over TLS computes.
OPENSSL = """openssl_conf = all
[all]
ssl_conf = tls
[tls]
system_default = groups
[groups]
Groups = P-256:X25519
"""


def judge(folder, *words):
    report, openssl = f"--report=jsonl={folder}/r.jsonl", folder / "openssl.cnf"
    openssl.write_text(OPENSSL, encoding="ascii")
    done = spconform("run", *words, "--out", folder, report, within=SECONDS, OPENSSL_CONF=str(openssl))
    rows, _ = read_results(folder / "r.jsonl")
    return done, [row["verdict"] for row in rows]


def known_of(library):
    """The case globs of its list, each with the verdict."""
    text = (ROOT / "interop" / "expect" / f"{library}.txt").read_text(encoding="utf-8")
    return re.findall(r"^([\w*?]+)\[\S+\][^\"#]*?\b(FAIL|CRASH|HANG)\b", text, re.MULTILINE)


def unknown(folder, side, program, role):
    """The accused whose deviation nobody knows."""
    rows, _ = read_results(folder / "r.jsonl")
    known = known_of(LIBRARY[program])
    return [
        row
        for row in rows
        if row["verdict"] in ACCUSED
        and not any(
            fnmatchcase(row["case"], case) and verdict == row["verdict"] for case, verdict in known
        )
        and not any(
            all(map(fnmatchcase, (side, program, role, *map(row.get, ("verdict", "instance", "why"))), pattern))
            for pattern in BESIDES  # one without a reason holds for all
        )
    ]


def fair(done, verdicts):
    assert done.status in (0, 1), done
    assert "ERROR" not in verdicts, done
    assert set(verdicts) - {"SKIP"}, f"nothing was judged: {done}"


def listener(program, role, folder, transport="tcp"):
    """It listens, we connect; when it dies of what we send, --restart brings it back."""
    url = url_of(transport)
    words = command(program, role, "listen", url)
    if transport in ("wss", "tls"):
        words += certificate(folder)
    target = ("--connect", url, "--protocol", role, "--restart", shlex.join(words))
    with running(words):
        return judge(folder, *target)


def dialer(program, role, folder, transport="tcp"):
    """We listen; --trigger starts it."""
    url = url_of(transport)
    words = command(program, role, "dial", url)
    if transport in ("wss", "tls"):
        words += ["--insecure"]  # our certificate is signed by nobody it knows
    target = ("--listen", url, "--protocol", role, "--trigger", shlex.join(words))
    return judge(folder, *target)


RUN = {"listener": listener, "dialer": dialer}


@pytest.fixture(scope="module")
def runs(request, tmp_path_factory):
    """The runs wait more than they work: all that are asked for start at once, each test awaits its
    own."""
    assert all(map(shutil.which, FLAGS)), "install nanomsg-utils and nng-utils"
    asked = [item.callspec.params for item in request.session.items if item.originalname == "test_role"]
    keys = [tuple(params[name] for name in ("side", "program", "role", "over")) for params in asked]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        started = {}
        for side, program, role, over in keys:
            folder = tmp_path_factory.mktemp("black-box")
            run = pool.submit(RUN[side], program, role, folder, over)
            started[side, program, role, over] = (run, folder)
        yield started


@pytest.mark.parametrize("side, program, role, over", TCP_AND_WS + OVER_TLS)
def test_role(runs, side, program, role, over):
    run, folder = runs[side, program, role, over]
    done, verdicts = run.result()
    fair(done, verdicts)
    assert unknown(folder, side, program, role) == [], done
    if role == "rep":
        assert verdicts.count("PASS") >= (25 if over in ("tcp", "ws") else 10), done


# Over ws there are four times the cases, and nanocat lets a dozen of them wait with all patience.
@pytest.mark.parametrize("over, seconds", (("tcp", SECONDS_ALONE), ("ws", 2 * SECONDS_ALONE)))
@pytest.mark.alone
@pytest.mark.parametrize("program", FLAGS)
def test_rep_in_seconds(program, over, seconds, tmp_path, runs):
    """Alone on the machine, when all the others are through."""
    for run, _ in runs.values():
        run.exception()
    done, verdicts = listener(program, "rep", tmp_path, over)
    fair(done, verdicts)
    assert done.seconds < seconds, done


def over_ipc(program, folder):
    url = f"ipc://{folder}/rep.ipc"
    with running(command(program, "rep", "listen", url)):
        return judge(folder, "--connect", url, "--protocol", "rep")


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


@pytest.mark.parametrize("scheme", ("tcp", "ws", "wss", "tls+tcp"))
def test_listener_that_never_answers(tmp_path, scheme):
    """The kernel accepts for it; nobody ever reads."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        done, verdicts = judge(tmp_path, "--connect", url, "--protocol", "rep")
    assert done.status == 1, done
    assert ACCUSED & set(verdicts) and "ERROR" not in verdicts, done
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
