"""Seven of the Scalability Protocols over TCP and IPC, in as little Python as they take: the library
that python.py adapts.  A thread per connection; failures are OSError."""
import contextlib
import errno
import os
import select
import socket
import struct
import threading

PROTOCOLS = {"pair0": (16, 16), "pub": (32, 33), "sub": (33, 32), "req": (48, 49), "rep": (49, 48),
             "push": (80, 81), "pull": (81, 80)}  # own endpoint type, the peer's
DEPTH, TTL = 4, 8  # messages of a pipe that wait to be received; hops of a request
change = threading.Condition()  # guards what the threads share and tells of every change


def until(condition, ms):
    if not change.wait_for(condition, ms / 1000):
        raise OSError(errno.ETIMEDOUT, "timed out")


def parse(url):
    scheme, _, rest = url.partition("://")
    if scheme == "ipc":
        return socket.AF_UNIX, rest
    if scheme != "tcp":
        raise OSError(errno.EPROTONOSUPPORT, "no such transport")
    host, _, port = rest.rpartition(":")
    return socket.AF_INET6 if "[" in host else socket.AF_INET, (host.strip("[]"), int(port))


def unlink_if_dead(path):
    """Removes the file of a listener that did not live to do so."""
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(FileNotFoundError):
        if probe.connect_ex(path) == errno.ECONNREFUSED:
            os.unlink(path)


class Socket:
    def __init__(self, protocol):
        self.protocol, self.closed = protocol, False
        self.number = int.from_bytes(os.urandom(4), "big")  # of the last request
        self.threads, self.pipes = {}, []  # thread: its stream; the streams that are greeted
        self.paths, self.inbox = [], []
        self.topics, self.limit, self.resend = [], 1 << 20, 60000
        self.pending = None  # req: the request under way; rep: pipe and header of what to answer
        self.options = {"max-recv": lambda n: setattr(self, "limit", n)}
        if protocol == "sub":
            self.options.update(subscribe=self.topics.append, unsubscribe=self.topics.remove)
        if protocol == "req":
            self.options["resend-ivl"] = lambda ms: setattr(self, "resend", ms)

    def listen(self, url):
        family, address = parse(url)
        if family == socket.AF_UNIX:
            unlink_if_dead(address)
        listener = socket.create_server(address, family=family)
        self.start(self.accept, listener)
        if family == socket.AF_UNIX:
            self.paths.append(address)
            return url
        return url[:url.rindex(":")] + ":%d" % listener.getsockname()[1]

    def dial(self, url):
        family, address = parse(url)
        self.start(self.connect, socket.socket(family), address)

    def close(self):
        with change:
            self.closed, self.pending = True, None
            change.notify_all()
            for stream in self.threads.values():  # shutdown wakes the thread that blocks on it
                with contextlib.suppress(OSError):
                    stream.shutdown(socket.SHUT_RDWR)
            for path in self.paths:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
        for thread in list(self.threads):
            thread.join()

    def wait_for_pipes(self, n, ms):
        with change:
            until(lambda: len(self.pipes) == n, ms)

    def start(self, work, stream, *args):
        """A thread, with which the stream ends."""
        def run():
            with stream, contextlib.suppress(OSError, EOFError):
                work(stream, *args)
        with change:
            if self.closed:
                return stream.close()
            self.threads = {t: s for t, s in self.threads.items() if t.is_alive()}
            thread = threading.Thread(target=run, daemon=True)
            self.threads[thread] = stream
            thread.start()

    def accept(self, listener):
        while not self.closed:
            self.start(self.converse, listener.accept()[0])

    def connect(self, stream, address):
        with stream, contextlib.suppress(OSError, EOFError):
            stream.connect(address)
            self.converse(stream)
        with change:  # and again, until the socket is closed
            if not change.wait_for(lambda: self.closed, 0.1):
                self.start(self.connect, socket.socket(stream.family), address)

    def converse(self, pipe):
        """One connection, from greeting to end."""
        def read(n):
            octets = pipe.recv(n, socket.MSG_WAITALL) if n else b""
            if len(octets) < n:
                raise EOFError
            return octets

        if pipe.family != socket.AF_UNIX:
            pipe.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        own, peer = (struct.pack(">4sHH", b"\0SP\0", n, 0) for n in PROTOCOLS[self.protocol])
        pipe.sendall(own)
        welcome = read(8) == peer
        with change:
            if self.closed or not welcome or self.protocol == "pair0" and self.pipes:
                return
            self.pipes.append(pipe)
            change.notify_all()
        try:
            while pipe.family != socket.AF_UNIX or read(1) == b"\1":
                size = int.from_bytes(read(8), "big")
                if self.limit and size > self.limit:
                    break
                self.arrived(pipe, read(size))
        finally:
            with change:
                self.pipes.remove(pipe)
                change.notify_all()

    def arrived(self, pipe, m):
        with change:
            change.wait_for(lambda: self.closed or DEPTH > sum(p is pipe for p, _, _ in self.inbox))
            if self.protocol == "rep":  # the first word with its high bit set ends the header
                ends = [n + 4 for n in range(0, min(len(m) - 3, 4 * TTL), 4) if m[n] & 0x80]
                self.inbox += [(pipe, m[:n], m[n:]) for n in ends[:1]]
            elif self.protocol == "req":
                if self.pending and m[:4] == self.pending[:4]:
                    self.inbox, self.pending = [(pipe, m[:4], m[4:])], None
            elif self.protocol in ("pair0", "pull") or any(m.startswith(t) for t in self.topics):
                self.inbox.append((pipe, b"", m))
            change.notify_all()

    def send(self, ms, body):
        if self.protocol in ("sub", "pull"):
            raise OSError(errno.EOPNOTSUPP, "it only receives")
        if self.protocol == "rep":
            if not self.pending:
                raise OSError(errno.EBADFD, "nothing has been asked")
            (pipe, header), self.pending = self.pending, None
            with contextlib.suppress(ConnectionError):  # a requester that has gone needs no reply
                if pipe in self.pipes:
                    self.write(pipe, ms, header + body)
        elif self.protocol == "pub":
            for pipe in list(self.pipes):
                with contextlib.suppress(OSError):
                    self.write(pipe, ms, body)
        elif self.protocol == "req":
            with change:
                self.number += 1
                self.inbox, self.pending = [], None
                change.notify_all()
            request = struct.pack(">I", self.number % 2**31 + 2**31) + body
            self.pending = request
            try:
                pipe = self.write_to_next(ms, request)
            except OSError:
                self.pending = None
                raise
            threading.Thread(target=self.ask_again, args=(request, pipe), daemon=True).start()
        else:
            self.write_to_next(ms, body)

    def ask_again(self, request, pipe):
        """At intervals, or when its pipe is lost, until it is answered or another one is sent."""
        while True:
            with change:
                change.wait_for(lambda: self.pending is not request or pipe not in self.pipes,
                                self.resend / 1000 if self.resend else None)
                change.wait_for(lambda: self.pending is not request or self.pipes)
                if self.pending is not request:
                    return
            with contextlib.suppress(OSError):
                pipe = self.write_to_next(1000, request)

    def write_to_next(self, ms, message):
        with change:
            until(lambda: self.pipes, ms)
            pipe = (select.select([], self.pipes, [], 0)[1] or self.pipes)[0]
            self.pipes.remove(pipe)  # its next turn is the last
            self.pipes.append(pipe)
        try:
            self.write(pipe, ms, message)
        except ConnectionError:  # it ends just now: the next one
            with change:
                until(lambda: pipe not in self.pipes, ms)
            return self.write_to_next(ms, message)
        return pipe

    def write(self, pipe, ms, message):
        kind = b"\1" if pipe.family == socket.AF_UNIX else b""
        limit = struct.pack("ll", ms // 1000, ms % 1000 * 1000 + 1)
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        try:
            pipe.sendall(kind + struct.pack(">Q", len(message)) + message)
        except OSError:  # half a message may be on its way: the connection is of no use any more
            with contextlib.suppress(OSError):
                pipe.shutdown(socket.SHUT_RDWR)
            raise

    def recv(self, ms):
        if self.protocol in ("pub", "push"):
            raise OSError(errno.EOPNOTSUPP, "it only sends")
        with change:
            if self.protocol == "req" and not self.pending and not self.inbox:
                raise OSError(errno.EBADFD, "nothing has been asked")
            until(lambda: self.inbox, ms)
            pipe, header, body = self.inbox.pop(0)
            change.notify_all()
            if self.protocol == "rep":
                self.pending = pipe, header
            return body
