#!/usr/bin/python3
"""Adapter of the Python package websockets: WebSocket, client and server, and nothing of SP.  What
the patterns without a header leave to be done is here; lines and payloads are python.py's."""
import asyncio
import contextlib
import errno
import ssl
import sys
import weakref
from http import HTTPStatus
from urllib.parse import urlsplit

HERE = sys.path.pop(0)  # or this file would be taken for the package
import websockets  # noqa: E402
from websockets.legacy.client import WebSocketClientProtocol  # noqa: E402
from websockets.legacy.server import WebSocketServerProtocol  # noqa: E402

sys.path.append(HERE)
from python import CODES, NotAvailable, decode, encode  # noqa: E402

PEER = {"pair": "pair", "pub": "sub", "sub": "pub", "push": "pull", "pull": "push", "bus": "bus"}
VERBS = {"set": 2, "listen": 1, "dial": 1, "pipes": 2, "send": 2, "recv": 1}
NUMBERS, FILES = ("max-recv", "reconnect-min"), ("tls-ca", "tls-cert", "tls-key")
FAREWELL = 1  # seconds that a Close waits for the peer's
sockets = {}  # by the names that the runner gives
closing = []  # sockets whose connections are still saying farewell


def abort(protocol):
    with contextlib.suppress(AttributeError):  # TLS that has ended stands no second abort
        protocol.transport.abort()


class Socket:
    def __init__(self, protocol):
        self.protocol = "pair" if protocol == "pair0" else protocol
        if self.protocol not in PEER:
            raise NotAvailable
        self.serves, self.asks = self.protocol, PEER[self.protocol]
        self.options = {"max-recv": 1 << 20, "reconnect-min": 100}
        self.topics, self.inbox, self.connections = [], [], []
        self.servers, self.tasks, self.busy = [], set(), set()
        self.protocols = weakref.WeakSet()  # every connection, opened or not
        self.change, self.ended = asyncio.Event(), asyncio.Event()

    def set(self, option, value):
        if option in NUMBERS:
            self.options[option] = int(value)
        elif option in FILES:
            self.options[option] = value
        elif option.endswith("subscribe") and self.protocol == "sub":
            (self.topics.append if option == "subscribe" else self.topics.remove)(decode(value))
        else:
            raise NotAvailable

    def settings(self, kind, secure, role):
        """What a client and a server have in common; `role` names the sub-protocol."""
        def create(*args, **named):
            protocol = kind(*args, **named)
            self.protocols.add(protocol)
            return protocol
        return {"create_protocol": create, "subprotocols": [f"{role}.sp.nanomsg.org"],
                "max_size": self.options["max-recv"] or None, "compression": None,
                "close_timeout": FAREWELL, "ping_interval": None, "ssl": secure}

    async def listen(self, text):
        url = urlsplit(text)
        secure = None
        if url.scheme == "wss":
            secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            secure.load_cert_chain(self.options["tls-cert"], self.options["tls-key"])
        elif url.scheme != "ws":
            raise NotAvailable

        async def admit(path, headers):
            """The library serves a client that asks for no sub-protocol, or for none it has."""
            offered = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
            if f"{self.serves}.sp.nanomsg.org" not in (name.strip() for name in offered):
                return HTTPStatus.BAD_REQUEST, [], b""
            same = urlsplit(path).path == (url.path or "/")
            return None if same else (HTTPStatus.NOT_FOUND, [], b"")

        server = await websockets.serve(
            self.converse, None if url.hostname == "*" else url.hostname, url.port,
            process_request=admit, **self.settings(WebSocketServerProtocol, secure, self.serves))
        self.servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return text.replace(f"{url.netloc}", url.netloc.rpartition(":")[0] + f":{port}", 1)

    def dial(self, url):
        secure = None
        if url.startswith("wss://"):
            secure = ssl.create_default_context(cafile=self.options.get("tls-ca"))
        elif not url.startswith("ws://"):
            raise NotAvailable
        if not urlsplit(url).hostname:
            raise ValueError
        self.start(self.connect(url, secure))

    async def connect(self, url, secure):
        while not self.ended.is_set():  # the library does not dial again; an SP socket does
            try:
                settings = self.settings(WebSocketClientProtocol, secure, self.asks)
                async with websockets.connect(url, **settings) as connection:
                    if connection.subprotocol:  # a server that chose none is no SP socket
                        await self.converse(connection)
            except (OSError, websockets.WebSocketException, asyncio.TimeoutError, EOFError) as e:
                print(e, file=sys.stderr)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.ended.wait(), self.options["reconnect-min"] / 1000)

    async def converse(self, connection):
        """An open connection, to its end."""
        if self.protocol == "pair" and self.open():
            return  # a pair has one peer
        self.connections.append(connection)
        self.change.set()
        try:
            async for message in connection:
                self.arrived(message if isinstance(message, bytes) else message.encode())
        except websockets.ConnectionClosed as e:
            print(e, file=sys.stderr)
        finally:
            self.connections.remove(connection)
            self.busy.discard(connection)
            self.change.set()

    def arrived(self, message):
        if self.protocol in ("pair", "pull", "bus") or any(map(message.startswith, self.topics)):
            self.inbox.append(message)
            self.change.set()

    async def until(self, condition, ms):
        end = asyncio.get_running_loop().time() + ms / 1000
        while not condition():
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise OSError(errno.ETIMEDOUT, "timed out")
            self.change.clear()
            with contextlib.suppress(asyncio.TimeoutError):  # that one is closing nobody tells
                await asyncio.wait_for(self.change.wait(), min(left, 0.01))

    def open(self):
        """Those that are not just closing, which may take its time."""
        return [connection for connection in self.connections if connection.open]

    async def pipes(self, n, ms):
        await self.until(lambda: len(self.open()) == int(n), int(ms))

    async def send(self, ms, payload):
        if self.protocol in ("sub", "pull"):
            raise OSError(errno.EOPNOTSUPP, "it only receives")
        message = decode(payload)
        ready = lambda: [c for c in self.open() if c not in self.busy]  # noqa: E731
        if self.protocol in ("pub", "bus"):
            takers = ready()
        else:
            await self.until(ready, int(ms))
            takers = ready()[:1]
            self.connections.remove(takers[0])  # its next turn is the last
            self.connections.append(takers[0])
        for connection in takers:
            self.busy.add(connection)
            self.start(self.write(connection, message))
        await self.work_on()  # what can go out is on its way before the answer

    async def write(self, connection, message):
        with contextlib.suppress(websockets.ConnectionClosed):
            await connection.send(message)
        self.busy.discard(connection)
        self.change.set()

    async def recv(self, ms):
        if self.protocol in ("pub", "push"):
            raise OSError(errno.EOPNOTSUPP, "it only sends")
        await self.until(lambda: self.inbox, int(ms))
        return encode(self.inbox.pop(0))

    def start(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def work_on(self):
        """A turn for all that is ready."""
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0)

    async def close(self):
        """Nobody new is let in; those that are there are told."""
        for server in self.servers:  # one that asyncio is just accepting would stay open for ever
            for listener in server.sockets:
                asyncio.get_running_loop().remove_reader(listener)
        await self.work_on()
        for server in self.servers:
            server.server.close()
        self.ended.set()
        for task in self.tasks:
            task.cancel()
        for protocol in list(self.protocols):
            if protocol.open:
                self.start(protocol.close())
            else:
                abort(protocol)
        closing.append(self)
        await self.work_on()



async def serve(verb, name="", *words):
    if verb == "hello" and name == "1":
        return (f"websockets {websockets.__version__} ws wss pipes subscribe unsubscribe " +
                " ".join(NUMBERS + FILES))
    if verb == "open":
        if "raw" in words[1:]:
            raise NotAvailable
        sockets[name] = Socket(words[0])
    elif verb == "close":
        await sockets.pop(name).close()
    elif verb == "reset":
        while sockets:
            await sockets.popitem()[1].close()
        while closing:
            for protocol in list(closing.pop().protocols):
                abort(protocol)
    elif verb in VERBS:
        if len(words) < VERBS[verb]:
            raise ValueError
        done = getattr(sockets[name], verb)(*words[:VERBS[verb]])
        return (await done if asyncio.iscoroutine(done) else done) or ""
    else:
        raise NotAvailable
    return ""


async def answer(line):
    try:
        return "ok " + await serve(*line.split())
    except NotAvailable:
        return "na"
    except OSError as e:
        return f"err {CODES.get(e.errno, 'other')} {e}"
    except KeyError:
        return "err closed no such socket"
    except (TypeError, ValueError, IndexError):
        return "err inval malformed request"


async def main():
    reader = asyncio.StreamReader(limit=8 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while request := await reader.readline():
        print((await answer(request.decode())).strip(), flush=True)
    await serve("reset")


if __name__ == "__main__":
    asyncio.run(main())
