"""The adapters by themselves: what they declare, that they are true to the line protocol, that
their libraries talk to each other through them, and that a reset leaves nothing behind."""
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from adapter import COMMANDS, SOURCES, Adapter, link
from conftest import spconform

sys.path.insert(0, str(SOURCES / "broken"))
from broken import FAULTS  # noqa: E402

pytestmark = pytest.mark.xdist_group("adapters")  # what is started once serves all

PEERS = tuple(COMMANDS)
LIBRARIES = ("nanomsg", "nng")
OPTIONS = (
    "resend-ivl survey-deadline ttl max-recv subscribe unsubscribe reconnect-min reconnect-max "
    "send-buf recv-buf"
)
FEATURES = {
    "nanomsg": f"tcp tcp6 ipc inproc ws raw device pipes {OPTIONS} linger ws-text",
    "nng": f"tcp tcp6 ipc inproc ws wss tls tls-ca tls-cert tls-key raw device ctx pipes "
    f"{OPTIONS} polyamorous ws-text",
    "python": "tcp tcp6 ipc pipes subscribe unsubscribe max-recv resend-ivl",
}
NUMBERS = {
    "pair0": 0x10,
    "pair1": 0x11,
    "pub": 0x20,
    "sub": 0x21,
    "req": 0x30,
    "rep": 0x31,
    "push": 0x50,
    "pull": 0x51,
    "surveyor": 0x62,
    "respondent": 0x63,
    "bus": 0x70,
}
LACKS = {
    "nanomsg": {"pair1"},
    "nng": set(),
    "python": {"pair1", "surveyor", "respondent", "bus"},
}
# Who speaks first, who hears it, whether that one answers.
TALKS = (
    ("pair0", "pair0", True),
    ("pair1", "pair1", True),
    ("pub", "sub", False),
    ("req", "rep", True),
    ("push", "pull", False),
    ("surveyor", "respondent", True),
    ("bus", "bus", True),
)


@pytest.fixture(scope="module")
def adapters():
    """Two processes of each: two sockets of one process could hide what is only local."""
    running = {(name, n): Adapter(name) for name in PEERS for n in (1, 2)}
    yield running
    for adapter in running.values():
        assert adapter.end() == 0


@pytest.fixture(params=PEERS)
def adapter(adapters, request):
    yield adapters[request.param, 1]
    assert adapters[request.param, 1]("reset") == "ok"


@pytest.fixture(params=LIBRARIES)
def library(adapters, request):
    yield adapters[request.param, 1]
    assert adapters[request.param, 1]("reset") == "ok"


def urls(tmp_path):
    return {
        "tcp": "tcp://127.0.0.1:0",
        "tcp6": "tcp://[::1]:0",
        "ipc": f"ipc://{tmp_path}/s",
    }


def test_hello(adapter):
    name, version, *features = adapter.ok("hello 1").split()
    assert name == adapter.name and version[0].isdigit()
    assert sorted(features) == sorted(FEATURES[name].split())
    assert adapter("hello 2") == "na"


def test_opens_what_it_has(adapter):
    for protocol in NUMBERS:
        lacks = protocol in LACKS[adapter.name]
        assert adapter(f"open {protocol} {protocol}") == ("na" if lacks else "ok")
        raw = adapter(f"open {protocol}-raw {protocol} raw")
        assert raw == ("na" if lacks or "raw" not in adapter.features() else "ok")
    assert adapter("open x nosuchprotocol") == "na"


def test_answers_what_it_cannot_do(adapter):
    assert adapter("xyzzy a b") == "na"
    assert adapter("send nobody 10 00") == "err closed no such socket"
    adapter.ok("open r req")
    assert adapter("set r nosuchoption 1") == "na"
    assert adapter.err("send r 10 0") == "inval"
    assert adapter.err("send r 10 xy") == "inval"
    assert adapter.err("recv r ten") == "inval"
    assert adapter("dial r gopher://127.0.0.1:70") == "na"
    assert adapter.err("recv r 10") in ("state", "timedout")
    adapter.ok("open s sub")
    assert adapter.err("send s 10 00") == "notsup"
    adapter.ok("open p pub")
    assert adapter.err("recv p 10") == "notsup"
    url = adapter.ok("listen p tcp://127.0.0.1:0")
    assert adapter.err(f"listen s {url}") == "inuse"
    adapter.ok("close p with words to be ignored")
    adapter.ok(f"listen s {url}")


def test_a_line_of_any_length(library):
    library.ok("open a push")
    library.ok("open b pull")
    library.ok("set b max-recv 0")
    link((library, "b"), (library, "a"), "tcp://127.0.0.1:0")
    library.ok("send a 3000 " + "a5" * (2 << 20 - 1))
    assert library.ok("recv b 3000").startswith(f"fnv:{2 << 20 - 1}:")
    assert library.err("x" * (5 << 20)) == "inval"
    assert library("xyzzy") == "na"


@pytest.mark.parametrize("protocol", NUMBERS)
def test_greeting(adapter, protocol, tmp_path):
    if adapter("open s " + protocol) == "na":
        pytest.skip(f"{adapter.name} has no {protocol}")
    for transport in ("tcp", "ipc"):
        url = adapter.ok("listen s " + urls(tmp_path)[transport])
        family = socket.AF_INET if transport == "tcp" else socket.AF_UNIX
        host, _, port = url[6:].rpartition(":")
        with socket.socket(family) as peer:
            peer.settimeout(5)
            peer.connect((host, int(port)) if transport == "tcp" else url[6:])
            greeting = peer.recv(8, socket.MSG_WAITALL)
            assert greeting == struct.pack(">4sHH", b"\0SP\0", NUMBERS[protocol], 0)


@pytest.mark.parametrize("transport", ("tcp", "tcp6", "ipc"))
@pytest.mark.parametrize("first, second, answers", TALKS, ids=lambda v: str(v))
@pytest.mark.parametrize("here, there", product(PEERS, PEERS))
def test_talk(adapters, tmp_path, here, there, first, second, answers, transport):
    a, b = adapters[here, 1], adapters[there, 2]
    if first in LACKS[here] or second in LACKS[there]:
        pytest.skip("one of them has no such protocol")
    for here_listens in (True, False):
        a.ok(f"open a {first}")
        b.ok(f"open b {second}")
        if second == "sub":
            b.ok("set b subscribe 68")
        ends = [(a, "a"), (b, "b")]
        link(*(ends if here_listens else ends[::-1]), urls(tmp_path)[transport])
        for payload, received in (
            ("68690a00ff", "68690a00ff"),
            ("fill:1024:68", "68" * 1024),
            ("fill:1025:68", f"fnv:1025:{fnv(b'h' * 1025):08x}"),
        ):
            a.ok(f"send a 2000 {payload}")
            assert b.ok("recv b 2000") == received
            if answers:
                b.ok("send b 2000 -")
                assert a.ok("recv a 2000") == "-"
        assert a("reset") == b("reset") == "ok"


def fnv(octets):
    h = 2166136261
    for octet in octets:
        h = (h ^ octet) * 16777619 % 2**32
    return h


def test_seq(library):
    for name, protocol in (("a", "push"), ("b", "pull")):
        library.ok(f"open {name} {protocol}")
    library.ok("set b max-recv 0")
    link((library, "b"), (library, "a"), "inproc://seq")
    octets = bytes((i ^ i >> 8 ^ i >> 16) & 255 for i in range(70000))
    library.ok("send a 2000 seq:70000")
    assert library.ok("recv b 2000") == f"fnv:70000:{fnv(octets):08x}"


@pytest.mark.parametrize("here, there", product(PEERS, PEERS))
def test_pipes_means_usable(adapters, here, there):
    """What a PUB sends at once after `pipes` arrives: every time."""
    a, b = adapters[here, 1], adapters[there, 2]
    for i in range(60):
        a.ok("open a pub")
        b.ok("open b sub")
        b.ok("set b subscribe -")
        ends = [(a, "a"), (b, "b")]
        link(*(ends if i % 2 else ends[::-1]), "tcp://127.0.0.1:0")
        a.ok("send a 1000 01")
        assert b.ok("recv b 2000") == "01"
        assert a("reset") == b("reset") == "ok"


def test_pipes_waits(adapter):
    adapter.ok("open a push")
    adapter.ok("open b pull")
    assert adapter.err("pipes a 1 50") == "timedout"
    link((adapter, "a"), (adapter, "b"), "tcp://127.0.0.1:0")
    assert adapter.err("pipes a 2 50") == "timedout"
    adapter.ok("close b")
    adapter.ok("pipes a 0 2000")


@pytest.mark.parametrize("first, second", [talk[:2] for talk in TALKS])
def test_raw(library, first, second):
    """A raw socket hands out the header apart, and sends by the header that it is given."""
    if first in LACKS[library.name]:
        pytest.skip(f"{library.name} has no {first}")
    library.ok(f"open a {first} raw")
    library.ok(f"open b {second}")
    if second == "sub":
        library.ok("set b subscribe -")
    link((library, "a"), (library, "b"), "tcp://127.0.0.1:0")
    header = {"req": "80000001", "surveyor": "80000001", "pair1": "00000001"}.get(first, "-")
    library.ok(f"send a 1000 {header}|6162")
    assert library.ok("recv b 1000") == "6162"
    if first in ("req", "surveyor"):
        library.ok("send b 1000 6364")
        assert library.ok("recv a 1000") == "80000001|6364"
    assert library.err("send a 1000 6162") == "inval"
    assert library.err("send b 1000 00|6162") == "inval"


@pytest.mark.parametrize("first, second", (("req", "rep"), ("push", "pull"), ("pair0", "pair0")))
def test_device(library, first, second):
    library.ok(f"open front {second} raw")
    library.ok(f"open back {first} raw")
    assert library.err("device front front" if first != "pair0" else "device front x") in (
        "inval",
        "closed",
    )
    library.ok("device front back")
    library.ok(f"open a {first}")
    library.ok(f"open b {second}")
    link((library, "front"), (library, "a"), "tcp://127.0.0.1:0")
    link((library, "back"), (library, "b"), "tcp://127.0.0.1:0")
    library.ok("send a 1000 6162")
    assert library.ok("recv b 1000") == "6162"
    library.ok("close front")
    assert library.err("send back 10 |00") == "closed"
    library.ok("close back")


def test_contexts(adapters):
    nng = adapters["nng", 1]
    for line in ("open a req", "open b rep"):
        nng.ok(line)
    link((nng, "b"), (nng, "a"), "inproc://contexts")
    for line in ("ctx a c1", "ctx a c2", "ctx b d1", "ctx b d2", "set c1 resend-ivl 500"):
        nng.ok(line)
    for n in (1, 2):
        nng.ok(f"send c{n} 1000 0{n}")
        assert nng.ok(f"recv d{n} 1000") == f"0{n}"
    for n in (2, 1):
        nng.ok(f"send d{n} 1000 1{n}")
    for n in (1, 2):
        assert nng.ok(f"recv c{n} 1000") == f"1{n}"
    nng.ok("close a")
    assert nng.err("send c1 10 00") == "closed"
    nng.ok("open p push")
    assert nng("ctx p c3") == "na"
    assert nng("reset") == "ok"
    assert adapters["nanomsg", 1]("ctx a c") == "na"


def test_polyamorous(adapters):
    nng = adapters["nng", 1]
    nng.ok("open a pair1")
    nng.ok("set a polyamorous 1")
    url = nng.ok("listen a tcp://127.0.0.1:0")
    pipes = {}
    for n, name in enumerate("bc", 1):
        nng.ok(f"open {name} pair1")
        nng.ok(f"dial {name} {url}")
        nng.ok(f"pipes a {n} 2000")
        nng.ok(f"send {name} 1000 0{n}")
        body, pipes[name] = nng.ok("recv a 1000").split()
        assert body == f"0{n}" and pipes[name].startswith("pipe=")
    for name in "cb":
        nng.ok(f"send a 1000 ff {pipes[name]}")
        assert nng.ok(f"recv {name} 1000") == "ff"
    assert nng("reset") == "ok"


def test_reset_leaves_nothing(adapter, tmp_path):
    def round_of_use(i):
        for n, (first, second, _) in enumerate(TALKS):
            if first in LACKS[adapter.name]:
                continue
            adapter.ok(f"open a{n} {first}")
            adapter.ok(f"open b{n} {second}")
            url = ("tcp://127.0.0.1:0", f"ipc://{tmp_path}/{n}")[(i + n) % 2]
            link((adapter, f"a{n}"), (adapter, f"b{n}"), url)
            adapter.ok(f"send a{n} 1000 seq:2000")
        if "device" in adapter.features():
            adapter.ok("open x rep raw")
            adapter.ok("open y req raw")
            adapter.ok("listen x tcp://127.0.0.1:0")
            adapter.ok("device x y")
        adapter.ok("open z req")
        adapter.ok(f"dial z ipc://{tmp_path}/nobody")
        adapter.ok("reset")

    for i in range(3):
        round_of_use(i)
    before = adapter.descriptors()
    for i in range(30):
        round_of_use(i)
    assert adapter.descriptors() <= before + 2
    assert adapter.err("send a0 10 00") == "closed"


def test_close_with_messages_under_way(library, tmp_path):
    """Where nng_close() hangs the adapter begins again as a new process: none of the requests that
    wait is lost, and every answer comes."""
    for i in range(60):
        requests = (
            "open a bus",
            f"listen a ipc://{tmp_path}/{i}",
            "open b bus",
            f"dial b ipc://{tmp_path}/{i}",
            "pipes b 1 2000",
            "pipes a 1 2000",
            "send b 100 01",
            "reset",
            "hello 1",
        )
        library.ask(*requests)
        for request in requests:
            answer = library.answer()
            assert answer.startswith("ok"), f"{request}: {answer}"
        assert answer.startswith("ok " + library.name)


@pytest.mark.parametrize("name", PEERS)
def test_ends_with_its_input(name, tmp_path):
    adapter = Adapter(name)
    adapter.ok("open a rep")
    adapter.ok(f"listen a ipc://{tmp_path}/s")
    assert adapter.end() == 0
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("name", PEERS)
def test_ends_with_its_output(name):
    adapter = Adapter(name)
    adapter.process.stdout.close()
    adapter.ask("hello 1")
    adapter.process.stdin.close()
    assert adapter.process.wait(5) >= 0, "killed by a signal"


# ---- `spconform check` ----


@pytest.mark.parametrize("name", PEERS)
def test_check_passes(name):
    done = spconform("check", "--iut", " ".join(COMMANDS[name]))
    assert done.status == 0 and "well-behaved" in done.out, done
    assert "ok      receives\n" in done.out and "ok      sends\n" in done.out, done


def test_runner_asks_for_protocols_by_the_names_of_the_readme():
    """The one in Python knows no others: a pair is no pair0 to it."""
    words = ("--expect", "none", "--transport", "tcp", "--filter", "sanity_greeting*")
    done = spconform("run", "--peer", "python", *words)
    assert done.status == 0 and "2 passed, 0 failed, 0 skipped" in done.out, done


@pytest.fixture(scope="module")
def checks():
    """They wait more than they work: all at once."""
    broken = SOURCES / "broken" / "broken.py"
    python = COMMANDS["python"][0]
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield {
            fault: pool.submit(spconform, "check", "--iut", f"{python} {broken} {fault}")
            for fault in FAULTS
        }


@pytest.mark.parametrize("fault", FAULTS)
def test_check_names_the_fault(checks, fault):
    done = checks[fault].result()
    assert done.status == 1 and f"FAULT   {FAULTS[fault][2]}:" in done.out, done
