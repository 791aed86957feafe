"""The adapters of what knows WebSocket, and of node-nanomsg: that they are true to the line protocol,
and that each talks to each over WebSocket."""
import os
import shutil
import signal
import subprocess
import uuid
from itertools import product

import pytest

from adapter import BUILT, ROOT, SOURCES, Adapter
from conftest import chromium, left_running, spconform

pytestmark = pytest.mark.xdist_group("WebSocket adapters")  # what is started once serves all

LISTENERS = ("node-nanomsg", "npm-ws", "libwebsockets", "websockets")
NAMES = (*LISTENERS, "chromium")
STRANGERS = ("npm-ws", "libwebsockets", "websockets", "chromium")  # to SP
FEATURES = {
    "node-nanomsg": "tcp tcp6 ipc inproc ws device pipes subscribe unsubscribe survey-deadline resend-ivl"
    " ttl max-recv reconnect-min reconnect-max linger send-buf recv-buf ws-text",
    "npm-ws": "ws wss pipes max-recv reconnect-min subscribe unsubscribe tls-ca tls-cert tls-key",
    "libwebsockets": "ws wss pipes max-recv reconnect-min subscribe unsubscribe tls-ca tls-cert tls-key",
    "websockets": "ws wss pipes max-recv reconnect-min subscribe unsubscribe tls-ca tls-cert tls-key",
    "chromium": "ws wss pipes reconnect-min subscribe unsubscribe tls-ca",
}
HEADERLESS = {"pair", "pair0", "pub", "sub", "push", "pull", "bus"}
PROTOCOLS = {
    "node-nanomsg": HEADERLESS | {"req", "rep", "surveyor", "respondent"},
    **dict.fromkeys(STRANGERS, HEADERLESS),
}
WS = "ws://127.0.0.1:0"


def start(name, **environment):
    if name == "libwebsockets":
        if not (BUILT / name).exists():
            pytest.skip("built without libwebsockets")
        return Adapter(name, [str(BUILT / name)], **environment)
    if name == "websockets":
        pytest.importorskip("websockets")
    elif not (ROOT / "interop" / "node" / "node_modules" / "ws").exists():
        pytest.skip("not installed: ci/node")
    if name == "chromium" and not chromium():
        pytest.skip("there is no Chromium: ci/node")
    return Adapter(name, [str(SOURCES / name)], **environment)


@pytest.fixture(scope="module")
def processes():
    adapters = {}
    yield adapters
    for adapter in adapters.values():
        assert adapter.end() == 0


@pytest.fixture
def running(processes, request):
    """Two processes of each, started when first asked for.  A test that fails may leave them amid
    anything: the next one gets others."""

    def get(name, n=1):
        if (name, n) not in processes:
            processes[name, n] = start(name)
        return processes[name, n]

    yield get
    if getattr(request.node, "failed", False):
        while processes:
            processes.popitem()[1].kill()


@pytest.fixture(params=NAMES)
def adapter(running, request):
    yield running(request.param)
    assert running(request.param)("reset") == "ok"


@pytest.fixture
def nanomsg(running):
    yield running("node-nanomsg")
    assert running("node-nanomsg")("reset") == "ok"


def test_hello(adapter):
    name, version, *features = adapter.ok("hello 1").split()
    assert name == adapter.name and version[0].isdigit()
    assert sorted(features) == sorted(FEATURES[name].split())
    assert adapter("hello 2") == "na"


def test_answers_what_it_cannot_do(adapter):
    assert adapter("xyzzy a b") == "na"
    assert adapter("open x nosuchprotocol") == "na"
    for line in ("send nobody 10 00", "close nobody", "recv nobody 10"):
        assert adapter.err(line) == "closed"
    adapter.ok("open p pair")
    assert adapter("set p nosuchoption 1") == "na"
    assert adapter("dial p gopher://127.0.0.1:70") == "na"
    for line in ("send p 10 0", "send p 10 xy", "send p 10 fill:x:00", "recv p ten", "send p", "open q"):
        assert adapter.err(line) == "inval"
    adapter.ok("open s sub")
    assert adapter.err("send s 10 00") == "notsup"
    adapter.ok("open b pub")
    assert adapter.err("recv b 10") == "notsup"
    adapter.ok("close p with words to be ignored")
    assert adapter.err("recv p 10") == "closed"


def test_opens_what_it_has(adapter):
    every = sorted(PROTOCOLS["node-nanomsg"] | {"pair1"})
    opened = {name for name in every if adapter(f"open {name} {name}") == "ok"}
    assert opened == PROTOCOLS[adapter.name]


def test_answers_in_order(adapter):
    """Requests that wait for something hold back those behind them."""
    adapter.ok("open p pair")
    lines = ("recv p 50", "xyzzy", "send p 50 00", "recv p 0", "hello 1", "reset")
    adapter.ask(*lines)
    words = [" ".join(adapter.answer().split()[:2]) for _ in lines]
    timed_out = "err timedout"
    assert words == [timed_out, "na", timed_out, timed_out, f"ok {adapter.name}", "ok"]


def test_address_in_use(running):
    for name in LISTENERS:
        adapter = running(name)
        adapter.ok("open a pair")
        adapter.ok("open b pair")
        url = adapter.ok(f"listen a {WS}")
        assert not url.endswith(":0")
        assert adapter.err(f"listen b {url}") == "inuse"
        adapter.ok("reset")


def fnv(octets):
    h = 2166136261
    for octet in octets:
        h = (h ^ octet) * 16777619 % 2**32
    return f"fnv:{len(octets)}:{h:08x}"


SEQ = bytes((i ^ i >> 8 ^ i >> 16) & 255 for i in range(70000))
MESSAGES = (
    ("68690a00ff", "68690a00ff"),
    ("fill:1024:68", "68" * 1024),
    ("fill:1025:68", fnv(b"h" * 1025)),
    ("seq:70000", fnv(SEQ)),
    ("68", "68"),
)


def meet(a, b):
    """`a` listens, `b` dials; both have the pipe."""
    b.ok("dial b " + a.ok(f"listen a {WS}"))
    for adapter, name in ((a, "a"), (b, "b")):
        adapter.ok(f"pipes {name} 1 5000")


def pass_on(sender, receiver):
    for payload, received in MESSAGES:
        sender[0].ok(f"send {sender[1]} 2000 {payload}")
        assert receiver[0].ok(f"recv {receiver[1]} 5000") == received


@pytest.mark.parametrize("first, second", (("pair0", "pair"), ("pub", "sub"), ("push", "pull"),
                                           ("sub", "pub"), ("pull", "push"), ("bus", "bus")))
@pytest.mark.parametrize("listener, dialer", product(LISTENERS, NAMES))
def test_talk(running, listener, dialer, first, second):
    a, b = running(listener), running(dialer, 2)
    a.ok(f"open a {first}")
    b.ok(f"open b {second}")
    for adapter, name, protocol in ((a, "a", first), (b, "b", second)):
        if protocol == "sub":
            adapter.ok(f"set {name} subscribe 68")
            adapter.ok(f"set {name} subscribe -")
    meet(a, b)
    ends = [(a, "a"), (b, "b")]
    if first not in ("sub", "pull"):
        pass_on(*ends)
    if second not in ("sub", "pull"):
        pass_on(*reversed(ends))
    assert a("reset") == b("reset") == "ok"


@pytest.mark.parametrize("listener, dialer", product(LISTENERS[1:], STRANGERS))
def test_another_protocol_is_refused(running, listener, dialer):
    """The sub-protocol tells: no pipe comes about, and none is left when the right one comes."""
    a, b = running(listener), running(dialer, 2)
    for line in ("open a push", "open c pair"):
        a.ok(line)
    b.ok("open b pair")
    b.ok("dial b " + a.ok(f"listen a {WS}"))
    b.ok("dial b " + a.ok(f"listen c {WS}"))
    a.ok("pipes c 1 5000")
    assert a.err("pipes a 1 200") == "timedout"
    b.ok("pipes b 1 5000")
    assert a("reset") == b("reset") == "ok"


@pytest.mark.parametrize("listener, dialer", [("node-nanomsg", "node-nanomsg"),
                                              *product(LISTENERS[1:], STRANGERS)])
def test_dials_again(running, listener, dialer):
    """libnanomsg does so only where the connection was cut: after a Close it dials no more."""
    a, b = running(listener), running(dialer, 2)
    a.ok("open a pair")
    url = a.ok(f"listen a {WS}")
    a.ok("close a")
    b.ok("open b pair")
    b.ok(f"dial b {url}")
    for _ in range(3):
        a.ok("open a pair")
        a.ok(f"listen a {url}")
        a.ok("pipes a 1 5000")
        a.ok("send a 1000 01")
        assert b.ok("recv b 5000") == "01"
        a.ok("close a")
    assert a("reset") == b("reset") == "ok"


@pytest.mark.parametrize("listener", LISTENERS)
def test_a_pair_has_one_peer(running, listener):
    a, b = running(listener), running("chromium", 2)
    a.ok("open a pair")
    for line in ("open b pair", "open c pair"):
        b.ok(line)
    url = a.ok(f"listen a {WS}")
    b.ok(f"dial b {url}")
    b.ok("pipes b 1 5000")
    b.ok(f"dial c {url}")
    b.ok("pipes c 1 5000")  # it opens, and is closed at once
    b.ok("pipes c 0 5000")
    b.ok("send b 1000 01")
    assert a.ok("recv a 5000") == "01"
    assert a("reset") == b("reset") == "ok"


@pytest.mark.parametrize("url", ("tcp://127.0.0.1:0", "tcp://[::1]:0", "ipc", "inproc://x", WS))
@pytest.mark.parametrize("first, second", (("req", "rep"), ("surveyor", "respondent")))
def test_answered(nanomsg, running, tmp_path, first, second, url):
    other = nanomsg if url.startswith("inproc") else running("node-nanomsg", 2)
    nanomsg.ok(f"open a {first}")
    nanomsg.ok("set a " + ("resend-ivl" if first == "req" else "survey-deadline") + " 3000")
    other.ok(f"open b {second}")
    url = f"ipc://{tmp_path}/s" if url == "ipc" else url
    nanomsg.ok("dial a " + other.ok(f"listen b {url}"))
    nanomsg.ok("pipes a 1 5000")
    nanomsg.ok("send a 1000 01")
    assert other.ok("recv b 5000") == "01"
    other.ok("send b 1000 02")
    assert nanomsg.ok("recv a 2000") == "02"
    assert other("reset") == "ok"


def test_device(nanomsg, running):
    """Two raw sockets joined, from tcp to WebSocket; one that is closed ends both."""
    other = running("node-nanomsg", 2)
    for line in ("open front rep raw", "open back req raw", "device front back"):
        nanomsg.ok(line)
    other.ok("open a req")
    other.ok("open b rep")
    other.ok("dial a " + nanomsg.ok("listen front tcp://127.0.0.1:0"))
    other.ok("dial b " + nanomsg.ok(f"listen back {WS}"))
    other.ok("send a 3000 6162")
    assert other.ok("recv b 5000") == "6162"
    other.ok("send b 1000 6364")
    assert other.ok("recv a 5000") == "6364"
    assert nanomsg("send front 10 -|00") == "na"
    nanomsg.ok("close front")
    assert nanomsg.err("recv back 10") == "closed"
    nanomsg.ok("close back")
    assert other("reset") == "ok"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody but the authority named `ca` vouches for; `wrong` is
    another authority."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl")
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30")
    for name in ("ca", "wrong"):
        openssl("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem",
                "-subj", f"/CN={name}")
    openssl("req", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=server")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n", encoding="utf-8")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "30", "-extfile", "names", "-out", "cert.pem")
    return folder


@pytest.mark.parametrize("listener, dialer", product(LISTENERS[1:], STRANGERS))
def test_tls(running, certificates, listener, dialer):
    a, b = running(listener), running(dialer, 2)
    if dialer == "chromium" and not shutil.which("certutil"):
        pytest.skip("there is no certutil: ci/node")
    a.ok("open a pair")
    for option in ("cert", "key"):
        a.ok(f"set a tls-{option} {certificates}/{option}.pem")
    url = a.ok("listen a wss://127.0.0.1:0")
    for authority, trusted in (("wrong", False), ("ca", True)):
        b.ok("open b pair")
        b.ok(f"set b tls-ca {certificates}/{authority}.pem")
        b.ok(f"dial b {url}")
        if trusted:
            b.ok("pipes b 1 5000")
            a.ok("pipes a 1 5000")
            pass_on((a, "a"), (b, "b"))
            pass_on((b, "b"), (a, "a"))
        else:
            assert b.err("pipes b 1 500") == "timedout"
        assert b("reset") == "ok"
    assert a("reset") == "ok"


@pytest.mark.parametrize("name", LISTENERS)
def test_reset_leaves_nothing(running, name):
    a, b = running(name), running("npm-ws", 2)

    def round_of_use():
        for n, (first, second) in enumerate((("pair", "pair"), ("push", "pull"), ("bus", "bus"))):
            a.ok(f"open a{n} {first}")
            b.ok(f"open b{n} {second}")
            b.ok(f"dial b{n} " + a.ok(f"listen a{n} {WS}"))
            b.ok(f"pipes b{n} 1 5000")
            a.ok(f"send a{n} 2000 seq:2000")
        a.ok("open z pair")
        a.ok("dial z ws://127.0.0.1:1")
        a.ok("reset")
        b.ok("reset")

    for _ in range(3):
        round_of_use()
    before = a.descriptors(), b.descriptors()
    rounds = 20
    for _ in range(rounds):
        round_of_use()
    # Those of the last round may be on their way out: what is left behind grows with the rounds.
    assert a.descriptors() < before[0] + rounds / 2 and b.descriptors() < before[1] + rounds / 2
    assert a.err("send a0 10 00") == "closed"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("killed", (False, True))
def test_leaves_no_process(name, killed):
    token = uuid.uuid4().hex
    adapter = start(name, SPC_TEST=token)
    adapter.ok("hello 1")
    adapter.ok("open a pair")
    adapter.ok("dial a ws://127.0.0.1:1")
    if killed:
        adapter.process.send_signal(signal.SIGKILL)
    assert adapter.end() == (-signal.SIGKILL if killed else 0)
    assert not left_running(token, 5)


@pytest.mark.parametrize("name", LISTENERS)
def test_ends_with_its_output(name):
    adapter = start(name)
    adapter.ok("hello 1")
    adapter.process.stdout.close()
    adapter.ask("hello 1")
    adapter.process.stdin.close()
    assert adapter.process.wait(5) >= 0, "killed by a signal"


@pytest.mark.parametrize("name", NAMES)
def test_check_passes(running, name):
    """Of a browser, too, which cannot listen: it is asked to dial."""
    running(name)  # or skip
    command = str((BUILT if name == "libwebsockets" else SOURCES) / name)
    done = spconform("check", "--iut", command)
    assert done.status == 0 and "well-behaved" in done.out, done
    for words in ("receives", "sends", "reset"):
        assert f"ok      {words}\n" in done.out, done
