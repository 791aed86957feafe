"""Whoever we talk to cannot make us hold memory or wait without end, and we say what was wrong:
the reference as server and client, and the proxy, the pages and the black box around it."""
import base64
import hashlib
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pytest

from conftest import program

MIB = 1 << 20
MOST_MEMORY = 24 * MIB  # of a process; it starts with 8 to 12
MUCH = 10 * MIB
REQUEST = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: rep.sp.nanomsg.org\r\n\r\n"
)


# ---- processes ----


class Program:
    """One of ours that runs: its lines on standard error, its memory, its end."""

    def __init__(self, *words):
        self.process = subprocess.Popen(
            [program(), *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.began = time.monotonic()

    def memory(self):
        """The most that it, or a worker of its, ever had, octets.  (What wait4 tells counts the
        memory of this program too, before exec.)"""
        pids, most = [self.process.pid], 0
        for pid in pids:
            try:
                status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
                pids += Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            except OSError:
                continue
            high = re.search(r"VmHWM:\s+(\d+) kB", status)
            most = max(most, int(high[1]) * 1024 if high else 0)
        return most

    def end(self, seconds=20):
        """Its exit status, output, seconds and memory, once it ends by itself."""
        texts = []
        reader = threading.Thread(target=lambda: texts.extend(self.process.communicate()))
        reader.start()
        most = 0
        while reader.is_alive():
            reader.join(0.02)
            most = max(most, self.memory())
            if time.monotonic() - self.began > seconds:
                self.process.kill()
        return self.process.returncode, "".join(texts), time.monotonic() - self.began, most


@contextmanager
def running(*words):
    """The program, and the port in the first line that it prints (on either output)."""
    started = Program(*words)
    lines = started.process.stderr if words[0] == "peer" else started.process.stdout
    try:
        port = int(re.search(r":(\d+)(/|\s|$)", lines.readline())[1])
        yield started, port
        assert started.process.poll() is None, "it died"
    finally:
        started.process.kill()
        started.process.communicate()


# ---- certificates ----


def certificate(folder, name, days, names):
    """A certificate signed by itself, and its key: two files."""
    key, cert, wish = (folder / f"{name}.{kind}" for kind in ("key", "pem", "csr"))
    make = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    sign = ["openssl", "x509", "-req", "-signkey", key, "-days", str(days), "-copy_extensions=copy"]
    for words in (
        [*make, "-nodes", "-keyout", key, "-out", wish, "-subj", "/CN=x", "-addext", names],
        [*sign, "-in", wish, "-out", cert],
    ):
        subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
    return cert, key


@pytest.fixture(scope="module", name="certificates")
def _certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    ours, other = "subjectAltName=IP:127.0.0.1", "subjectAltName=DNS:other.example"
    return {
        "good": certificate(folder, "good", 1, ours),
        "expired": certificate(folder, "expired", -1, ours),
        "foreign": certificate(folder, "foreign", 1, ours),
        "misnamed": certificate(folder, "misnamed", 1, other),
    }


# ---- what they do to us ----


def talk(port, octets, pause=0):
    """Writes all of it, or for ever when it is a generator, and returns what came until the end."""
    came = b""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as s:
        pieces = [octets] if isinstance(octets, bytes) else octets
        try:
            for piece in pieces:
                s.sendall(piece)
                if pause:
                    s.settimeout(pause)
                    try:
                        if not (more := s.recv(4096)):
                            return came
                        came += more
                    except TimeoutError:
                        pass
                    s.settimeout(15)
        except OSError:
            pass
        try:
            while more := s.recv(65536):
                came += more
        except ConnectionError:
            pass
    return came


def endless(piece, start=b"", most=256 * MIB):
    yield start
    for _ in range(most // len(piece)):
        yield piece


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
FILL = b"a" * 65536
TO_A_SERVER = {
    "endless header": (lambda: endless(FILL, HEAD), b"HTTP/1.1 431 "),
    "endless lines": (
        lambda: endless(b"X: a\r\n" * 10000, b"GET / HTTP/1.1\r\n"),
        b"HTTP/1.1 431 ",
    ),
    "header of 10 MB": (lambda: HEAD + b"a" * MUCH + b"\r\n\r\n", b"HTTP/1.1 431 "),
    "frame of 2^63 octets": (lambda: REQUEST + b"\x82\xff\x80" + bytes(11), b"\x88"),
    "frame over the limit": (lambda: REQUEST + b"\x82\xff\x00\x00\x40" + bytes(9), b"\x88"),
    "endless message": (
        lambda: endless(b"\0\x84aaaabbbb" * 6000, REQUEST + b"\2\x80aaaa"),
        b"\x88",
    ),
    "garbage": (lambda: endless(bytes(range(256)) * 100), b"HTTP/1.1 400 "),
}


@pytest.mark.parametrize("attack, answer", TO_A_SERVER.values(), ids=TO_A_SERVER.keys())
def test_server(attack, answer):
    with running("peer", "rep", "--listen", "ws://127.0.0.1:0/", "--recv", "-1") as (server, port):
        began = time.monotonic()
        came = talk(port, attack())
        assert time.monotonic() - began < 8
        assert answer in came[:400], came[:400]
        assert server.memory() < MOST_MEMORY
        url = f"ws://127.0.0.1:{port}/"
        told = Program("peer", "req", "--dial", url, "--send", "'still there'")
        assert told.end()[:2] == (0, "still there\n")


def drip():
    for octet in REQUEST * 100:
        yield bytes([octet])


@pytest.mark.parametrize("url", ("ws://127.0.0.1:0/", "wss://127.0.0.1:0/", "tcp://127.0.0.1:0"))
def test_server_of_a_slow_handshake(url, certificates):
    words = ["--set", "handshake=600", "--recv", "-1"]
    cert, key = certificates["good"]
    if url.startswith("wss"):
        words += ["--set", f"tls-cert={cert}", "--set", f"tls-key={key}"]
    with running("peer", "rep", "--listen", url, *words) as (server, port):
        # An octet each 20 ms: a ClientHello that claims 512 octets, or a greeting of 7.
        hello = b"\x16\x03\x01\x02\0" + bytes([1]) * 600 if "wss" in url else b"\0SP\0\0\x30\0"
        octets = drip() if url.startswith("ws:") else (bytes([o]) for o in hello)
        began = time.monotonic()
        talk(port, octets, pause=0.02)
        assert 0.5 < time.monotonic() - began < 4
        assert server.memory() < MOST_MEMORY


@pytest.mark.parametrize("scheme", ("wss", "tls+tcp"))
def test_server_of_tls_and_garbage(scheme, certificates):
    cert, key = certificates["good"]
    words = ["--set", f"tls-cert={cert}", "--set", f"tls-key={key}", "--recv", "-1"]
    with running("peer", "rep", "--listen", f"{scheme}://127.0.0.1:0", *words) as (server, port):
        began = time.monotonic()
        for octets in (REQUEST, b"\x16\x03\x01\xff\xff" + FILL, b"\x80" + FILL, FILL * 100):
            talk(port, octets)
        assert time.monotonic() - began < 8
        assert server.memory() < MOST_MEMORY


# ---- what they do to those who dial ----


STATUS = b"HTTP/1.1 101 Switching Protocols\r\n"


def accept_of(request):
    """The right response (RFC 6455 4.2.2)."""
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", request)[1]
    protocol = re.search(rb"Sec-WebSocket-Protocol: (\S+)", request)
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    lines = [b"Upgrade: websocket", b"Connection: Upgrade"]
    lines.append(b"Sec-WebSocket-Accept: " + base64.b64encode(digest))
    if protocol:
        lines.append(protocol[0])
    return STATUS + b"\r\n".join(lines) + b"\r\n\r\n"


@contextmanager
def hostile(answer, certificate_and_key=None):
    """A listener that treats everybody to `answer` (a function that yields octets)."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = None
    if certificate_and_key:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate_and_key)
    ending = threading.Event()

    def treat(s):
        with s:
            try:
                s.settimeout(15)
                if context:
                    s = context.wrap_socket(s, server_side=True)
                for piece in answer():
                    if piece is None:
                        ending.wait(15)
                    elif piece in ("request", "accepted"):
                        head = b""
                        while b"\r\n\r\n" not in head:
                            more = s.recv(65536)
                            if not more:
                                return
                            head += more
                        if piece == "accepted":
                            s.sendall(accept_of(head))
                    else:
                        s.sendall(piece)
            except OSError:
                pass

    def accept():
        while True:
            try:
                s, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=treat, args=(s,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        ending.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


TO_A_CLIENT = {
    "endless header": (lambda: endless(FILL, STATUS + b"X: "), "head of the response is too long"),
    "header of 10 MB": (
        lambda: iter(["request", STATUS + b"X: " + b"a" * MUCH + b"\r\n\r\n"]),
        "head of the response is too long",
    ),
    "garbage": (lambda: endless(bytes(range(256)) * 100), "not HTTP"),
    "tls": (lambda: iter([b"\x15\x03\x03\x00\x02\x02\x46"]), "not HTTP"),
    "silence": (lambda: iter([None]), "no greeting in time"),
    "a slow header": (lambda: endless(b"a", STATUS, 8), "no greeting in time"),
    "an end at once": (lambda: iter([]), "before its greeting"),
    "frame of 2^63 octets": (
        lambda: iter(["accepted", b"\x82\x7f\x80" + bytes(7) + FILL]),
        "top bit of the length",
    ),
    "frame over the limit": (
        lambda: iter(["accepted", b"\x82\x7f\0\0\x40" + bytes(5) + FILL]),
        "longer than the receive limit",
    ),
    "endless message": (
        lambda: chain(["accepted"], endless(b"\0\4aaaa" * 9000, b"\2\0")),
        "longer than the receive limit",
    ),
    "a refusal": (lambda: iter(["request", b"HTTP/1.1 403 No\r\n\r\n"]), "refuses to upgrade"),
}


def asks(url, told, *options, timeout, handshake=None):
    """A client of ours, which has to say what was wrong.  On a busy machine its time may be over
    before the other end has done it: then it gets four times as much."""
    for times in (1, 4):
        words = ["--send", "'x'", "--timeout", timeout * times, *options]
        words += ["--set", f"handshake={handshake * times}"] if handshake else []
        status, text, took, memory = Program("peer", "req", "--dial", url, *words).end()
        assert status == 1 and memory < MOST_MEMORY, (text, memory)
        assert took < times * timeout / 1000 * 1.5 + 2.9, took
        if told in text:
            return
    pytest.fail(text)


@pytest.mark.parametrize("answer, told", TO_A_CLIENT.values(), ids=TO_A_CLIENT.keys())
def test_client(answer, told):
    held = answer
    if told == "no greeting in time":
        held = lambda: (x for x in [*answer(), None])
    with hostile(held) as port:
        asks(f"ws://127.0.0.1:{port}/", told, timeout=1500, handshake=500)


CERTIFICATES = {
    "expired": ("expired", "expired", "certificate has expired"),
    "foreign": ("foreign", "good", "self-signed certificate"),
    "misnamed": ("misnamed", "misnamed", "IP address mismatch"),
}


@pytest.mark.parametrize("scheme", ("wss", "tls+tcp"))
@pytest.mark.parametrize("theirs, trusted, told", CERTIFICATES.values(), ids=CERTIFICATES.keys())
def test_client_of_a_wrong_certificate(scheme, theirs, trusted, told, certificates):
    with hostile(lambda: iter([None]), certificates[theirs]) as port:
        trust = f"tls-ca={certificates[trusted][0]}"
        asks(f"{scheme}://127.0.0.1:{port}", told, "--set", trust, timeout=700)


@pytest.mark.parametrize("garbage", (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", FILL * 20), ids=len)
def test_client_of_garbage_for_tls(garbage, certificates):
    with hostile(lambda: iter([garbage])) as port:
        trust = f"tls-ca={certificates['good'][0]}"
        asks(f"wss://127.0.0.1:{port}/", "TLS handshake failed", "--set", trust, timeout=700)


# ---- the harness around it ----

SOME = ("endless header", "header of 10 MB", "garbage", "silence", "frame of 2^63 octets")


@pytest.mark.parametrize("name", SOME)
def test_black_box(name):
    with hostile(TO_A_CLIENT[name][0]) as port:
        words = ["--protocol", "rep", "--behaviour", "echo", "--patience", "300"]
        words += ["--filter", "rep_answers_on_the_wire"]
        status, text, took, memory = Program(
            "run", "--connect", f"ws://127.0.0.1:{port}/", *words
        ).end(60)
    assert status in (1, 2), text
    assert took < 30 and memory < 4 * MOST_MEMORY, (took, memory)


@pytest.mark.parametrize("attack", [row[0] for row in TO_A_SERVER.values()], ids=TO_A_SERVER.keys())
def test_proxy(attack):
    """What passes is shown and forgotten; both ends are as they were."""
    with running("peer", "rep", "--listen", "ws://127.0.0.1:0/", "--recv", "-1") as (_, port):
        words = ["--text", os.devnull, "ws://127.0.0.1:0/", f"ws://127.0.0.1:{port}/"]
        with running("trace", *words) as (proxy, way):
            began = time.monotonic()
            talk(way, attack())
            assert time.monotonic() - began < 15
            assert proxy.memory() < MOST_MEMORY


@pytest.mark.parametrize("attack", [row[0] for row in TO_A_SERVER.values()], ids=TO_A_SERVER.keys())
def test_pages(attack):
    with running("serve", "pair") as (pages, port):
        before = pages.memory()
        began = time.monotonic()
        talk(port, attack())
        assert time.monotonic() - began < 15
        assert pages.memory() - before < 8 * MIB
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert s.recv(100).startswith(b"HTTP/1.1 ")
