"""`spconform serve` without a browser: what it says, what it refuses, and how it ends."""
import json
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from urllib import error, request

import pytest

from conftest import ROOT, left_running, program, spconform


class Served:
    def __init__(self, *args, **streams):
        self.token = uuid.uuid4().hex
        self.process = subprocess.Popen(
            [program(), "serve", *args],
            stdout=streams.get("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "SPCONFORM_SERVED": self.token},
        )
        if not streams:
            assert select.select([self.process.stdout], [], [], 20)[0], "it says nothing"
            self.url = self.process.stdout.readline().strip()
            self.port = int(self.url.split(":")[2].split("/")[0])

    def fetch(self, path, data=None, kind="application/json", method=None):
        """Status and content."""
        asked = request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": kind}, method=method
        )
        try:
            with request.urlopen(asked, timeout=10) as answer:
                return answer.status, answer.read()
        except error.HTTPError as e:
            return e.code, e.read()

    def raw(self, octets):
        """What comes back until the server ends it, for what a client would not send."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as peer:
            got = b""
            try:
                peer.sendall(octets)
                peer.shutdown(socket.SHUT_WR)
                while more := peer.recv(65536):
                    got += more
            except OSError:  # it has ended it already
                pass
            return got

    def end(self, number=signal.SIGTERM):
        """Its status and what it said on standard error."""
        began = time.monotonic()
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=10)
        assert time.monotonic() - began < 2, "it does not end at once"
        assert not left_running(self.token)
        return self.process.returncode, err


@pytest.fixture
def served():
    running = Served()
    yield running
    assert running.end() == (0, "")


def test_tells_where_the_stories_are(served):
    assert served.fetch("/")[0] == 200
    status, body = served.fetch("/api/stories")
    told = json.loads(body)
    assert status == 200 and told["peer"].startswith("reference ")
    names = [story["name"] for story in told["stories"]]
    assert names == ["pair", "sub", "refused", "chat", "device"]
    for story in told["stories"]:
        assert story["url"].startswith("ws://127.0.0.1:")
        assert served.fetch(f"/{story['name']}.html")[0] == 200


def test_serves_nothing_else(served):
    for path in ("/nosuch.html", "/stories", "/api", "/api/", "/api/nosuch", "/api/chat/x"):
        assert served.fetch(path) == (404, b""), path
    for path in ("/../README.md", "/%2e%2e/README.md", "/../../../../../../etc/passwd"):
        answer = served.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert b" 200 " not in answer.partition(b"\r\n")[0], path
    assert served.fetch("/api/chat", method="DELETE")[0] in (403, 404, 405)


def test_a_chat_takes_only_what_it_can_show(served):
    say = {"who": "ann", "text": "hello"}
    assert served.fetch("/api/chat", json.dumps(say).encode()) == (204, b"")
    assert json.loads(served.fetch("/api/chat")[1]) == [{"n": 1, **say}]
    for wrong in (
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"who": 1, "text": "x"}',
        b'{"who": "x", "text": ""}',
        b'{"who": "x", "text": "\xff"}',
        b'{"who": "x", "text": "%s"}' % (b"x" * 501),
    ):
        assert served.fetch("/api/chat", wrong or b" ")[0] == 400, wrong
    assert served.fetch("/api/chat", b'{"who": "%s"}' % (b"x" * 5000))[0] == 413
    # A form of any page could do this: it is no JSON.
    assert served.fetch("/api/chat", json.dumps(say).encode(), "text/plain")[0] == 415
    assert served.fetch("/api/stories", b"{}")[0] == 404
    assert len(json.loads(served.fetch("/api/chat")[1])) == 1


def test_the_log_of_a_chat_is_bounded(served):
    text = "\u4e16" * 166
    for n in range(210):
        body = json.dumps({"who": "ann", "text": f"{text}"}).encode()
        assert served.fetch("/api/chat", body)[0] == 204, n
    log = json.loads(served.fetch("/api/chat")[1])
    assert [message["n"] for message in log] == list(range(11, 211))
    assert all(message["text"] == text for message in log)


def test_bears_bad_requests(served):
    assert b" 200 " not in served.raw(b"GARBAGE\r\n\r\n")[:16]
    served.raw(os.urandom(100_000))
    served.raw(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000)
    served.raw(b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
    for name in (b"", b"\r\nSec-WebSocket-Protocol: api", b"\r\nSec-WebSocket-Protocol: net"):
        answer = served.raw(
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" + name + b"\r\n\r\n"
        )
        assert b" 101 " not in answer[:16]
    assert served.fetch("/")[0] == 200


def test_says_what_is_wrong():
    for args, why in (
        (("nosuch",), "no story `nosuch`"),
        (("pair", "sub"), "one STORY, or none for all"),
        (("--port", "65536"), "--port takes a number up to 65535"),
        (("--host", "nowhere"), "--host takes an IPv4 address"),
        (("--tls", "--host", "0.0.0.0"), "the certificate is for 127.0.0.1 and localhost"),
        (("pair", "--tls", "--peer", "nanomsg"), "tls-cert"),
        (("--host", "192.0.2.1"), "cannot listen at 192.0.2.1:0: Cannot assign"),
        (("--peer", "nosuch"), "--peer nosuch: no interop/adapters/nosuch"),
        (("--peer", "nng", "--iut", "x"), "one of them"),
        (("--iut", "./nosuch"), "it ended with status 127"),
        (("--iut", "cat"), "`hello 1` was answered by `hello 1`"),
        (("pair", "--peer", "python"), "was answered by `na`"),
        (("--nosuch",), "no such option"),
    ):
        done = spconform("serve", *args)
        assert done.status == 2 and not done.out, done
        assert done.err.startswith("spconform serve: ") and done.err.count("\n") == 1, done
        assert why in done.err, done


def test_over_tls_it_says_whom_to_trust():
    served = Served("pair", "--tls")
    story = served.process.stdout.readline()
    told = json.loads(served.fetch("/api/stories")[1])["stories"][0]["url"]
    assert story.endswith(f" listens at {told}\n") and told.startswith("wss://127.0.0.1:")
    word, _, file = served.process.stdout.readline().strip().partition(" ")
    assert word == "trust"
    trusting = ssl.create_default_context(cafile=file)
    port = int(told.split(":")[2].split("/")[0])
    for host in ("127.0.0.1", "localhost"):
        with socket.create_connection(("127.0.0.1", port), 10) as plain:
            trusting.wrap_socket(plain, server_hostname=host).close()
    assert served.end() == (0, "")
    assert not os.path.exists(os.path.dirname(file))


def test_leaves_out_what_the_peer_lacks():
    plain = ROOT / "interop" / "adapters" / "python.py"
    done = spconform("serve", "--iut", f"{sys.executable} '{plain}'")
    assert done.status == 2 and not done.out, done
    lines = done.err.splitlines()
    assert len(lines) == 5 and sum(": left out: python 1, " in line for line in lines) == 4, done
    served = Served("--peer", "libwebsockets")
    told = json.loads(served.fetch("/api/stories")[1])
    assert [story["name"] for story in told["stories"]] == ["pair", "sub", "refused", "chat"]
    status, err = served.end()
    assert status == 0 and err.count("\n") == 1 and ", device: `open pages rep raw`" in err


def test_says_that_the_port_is_in_use(served):
    done = spconform("serve", "--port", served.port)
    assert done.status == 2
    assert done.err == f"spconform serve: cannot listen at 127.0.0.1:{served.port}: Address already in use\n"


def test_an_adapter_that_dies_ends_it():
    served = Served("pair")
    pid = served.process.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        os.kill(int(children.read()), signal.SIGKILL)
    _, err = served.process.communicate(timeout=10)
    assert served.process.returncode == 1
    assert err.startswith("spconform serve: reference ") and "SIGKILL" in err
    assert not left_running(served.token)


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM))
def test_ends_at_once(number):
    served = Served("chat")
    with socket.create_connection(("127.0.0.1", served.port)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\n")
        assert served.end(number) == (0, "")


def test_ends_at_once_while_it_starts():
    served = Served("--iut", "tail -f /dev/null", stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not caught(served.process.pid) and time.monotonic() < deadline:
        pass
    assert served.end() == (0, "")


def caught(pid):
    """SIGTERM is blocked: it will be an event."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        masks = dict(line.split(":\t") for line in status if line.startswith("Sig"))
    return int(masks["SigBlk"], 16) >> (signal.SIGTERM - 1) & 1


def test_needs_nobody_to_read_what_it_says():
    ours, its = os.pipe()
    served = Served("pair", stdout=its)
    os.close(its)
    first = os.read(ours, 65536).decode()
    os.close(ours)
    served.port = int(first.split(":")[2].split("/")[0])
    assert served.fetch("/pair.html")[0] == 200
    assert served.end() == (0, "")
