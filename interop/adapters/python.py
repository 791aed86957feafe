#!/usr/bin/env python3
"""An adapter to read before writing one.  Requests come on stdin, one a line; each gets one line on
stdout, at once and in order.  The library it drives is minisp.py beside it."""
import errno
import sys

import minisp

VERBS = {"set": 2, "listen": 1, "dial": 1, "pipes": 2, "send": 2, "recv": 1, "close": 0}
CODES = {errno.ETIMEDOUT: "timedout", errno.EAGAIN: "timedout", errno.EPIPE: "closed",
         errno.EADDRINUSE: "inuse", errno.EOPNOTSUPP: "notsup", errno.EBADFD: "state"}
sockets = {}  # by the names that the runner gives


class NotAvailable(Exception):
    """The library lacks it, or this adapter does: the runner skips the case."""


def decode(payload):
    kind, _, rest = payload.partition(":")
    if kind == "fill":
        return bytes.fromhex(rest.split(":")[1]) * int(rest.split(":")[0])
    if kind == "seq":
        return bytes((i ^ i >> 8 ^ i >> 16) & 255 for i in range(int(rest)))
    return b"" if payload == "-" else bytes.fromhex(payload)


def encode(octets):
    if len(octets) <= 1024:
        return octets.hex() or "-"
    fnv = 2166136261
    for octet in octets:
        fnv = (fnv ^ octet) * 16777619 % 2**32
    return f"fnv:{len(octets)}:{fnv:08x}"


def call(socket, verb, *words):
    """One request on an open socket; returns what follows `ok`."""
    if verb == "set":
        option, value = words
        if option not in socket.options:
            raise NotAvailable
        socket.options[option](decode(value) if option.endswith("subscribe") else int(value))
    elif verb == "listen":
        return socket.listen(words[0])
    elif verb == "dial":
        socket.dial(words[0])
    elif verb == "pipes":
        socket.wait_for_pipes(int(words[0]), int(words[1]))
    elif verb == "send":
        socket.send(int(words[0]), decode(words[1]))
    elif verb == "recv":
        return encode(socket.recv(int(words[0])))
    return ""


def serve(verb, name="", *words):
    if verb == "hello" and name == "1":
        return "python 1 tcp tcp6 ipc pipes subscribe unsubscribe max-recv resend-ivl"
    if verb == "open":
        if words[0] not in minisp.PROTOCOLS or "raw" in words[1:]:
            raise NotAvailable
        sockets[name] = minisp.Socket(words[0])
    elif verb == "close":
        sockets.pop(name).close()
    elif verb == "reset":  # nothing of one case may be left in the next
        while sockets:
            sockets.popitem()[1].close()
    elif verb in VERBS:  # a verb may grow more words in time: those it does not know are ignored
        return call(sockets[name], verb, *words[:VERBS[verb]])
    else:
        raise NotAvailable
    return ""


def answer(line):
    try:
        return "ok " + serve(*line.split())
    except NotAvailable:
        return "na"
    except OSError as e:
        if e.errno == errno.EPROTONOSUPPORT:
            return "na"
        return f"err {CODES.get(e.errno, 'other')} {e}"
    except KeyError:
        return "err closed no such socket"
    except (TypeError, ValueError, IndexError):
        return "err inval malformed request"


def main():
    for request in sys.stdin:
        print(answer(request).strip(), flush=True)  # unflushed, the answer would never leave
    serve("reset")  # the runner has gone: exit 0


if __name__ == "__main__":
    main()
