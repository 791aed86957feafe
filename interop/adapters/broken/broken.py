#!/usr/bin/env python3
"""broken.py FAULT: the adapter in python.py with one fault, for `spconform check` to name."""
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import python  # noqa: E402

delayed = []


def say(text):
    print(text, flush=True)


def banner(line):
    if line.startswith("hello"):
        say("adapter of my library, version 1.0")
    say(python.answer(line))


def chatty(line):
    say(python.answer(line))
    if line.startswith("listen"):
        say("debug: now listening")


def agrees(line):
    text = python.answer(line)
    say("ok" if text == "na" and line.split()[0] not in ("open", "set") else text)


def silent(line):
    if (text := python.answer(line)) != "na":
        say(text)


def buffered(line):
    delayed.append(python.answer(line))


def dies(line):
    if (text := python.answer(line)) == "na":
        sys.exit(1)
    say(text)


def any_protocol(line):
    text = python.answer(line)
    say("ok" if line.startswith("open") else text)


def any_option(line):
    text = python.answer(line)
    say("ok" if line.startswith("set") else text)


def unknown_socket(line):
    text = python.answer(line)
    say("ok" if line.startswith("close") else text)


def order(line):
    """Hurries: what was asked after the second hello is answered before it."""
    if line.startswith("hello") and delayed:
        delayed.append(python.answer(line))
        return
    say(python.answer(line))
    if len(delayed) == 2:
        say(delayed.pop())
    if line.startswith("hello"):
        delayed.append(None)


def asked_url(line):
    text = python.answer(line)
    say("ok " + line.split()[2] if line.startswith("listen") else text)


def close_leaks(line):
    say("ok" if line.startswith("close l") else python.answer(line))


def reset_leaks(line):
    if line.startswith("reset"):
        delayed.append(dict(python.sockets))
        python.sockets.clear()
    say(python.answer(line))


def late(line):
    words = line.split()
    if words[0] == "recv":
        words[2] = str(int(words[2]) + 2000)
    say(python.answer(" ".join(words)))


def upper_hex(line):
    text = python.answer(line)
    say("ok " + text[3:].upper() if line.startswith("recv") and text.startswith("ok") else text)


def lost_zero(line):
    text = python.answer(line)
    say(text.replace("ok 0", "ok ") if line.startswith("recv") else text)


def free_text(line):
    text = python.answer(line)
    say("timed out" if text.startswith("err timedout") else text)


def pipes_lies(line):
    say("ok" if line.startswith("pipes") else python.answer(line))


def claims(line):
    text = python.answer(line)
    say(text + " ttl" if line.startswith("hello") else text)


def claims_contexts(line):
    text = python.answer(line)
    say(text + " ctx" if line.startswith("hello") else text)


def one_context(line):
    """Another name for the socket is no context."""
    words = line.split()
    if words[0] == "ctx":
        python.sockets[words[2]] = python.sockets[words[1]]
        say("ok")
    else:
        claims_contexts(line)


def plain(line):
    say(python.answer(line))


def flush():
    say("\n".join(delayed))


def runs_on():
    threading.Event().wait(30)


FAULTS = {  # what answers a line, what happens at the end, and the name that `check` has for it
    "banner": (banner, None, "banner"),
    "chatty": (chatty, None, "chatty"),
    "agrees": (agrees, None, "unknown-verb"),
    "silent": (silent, None, "silent"),
    "buffered": (buffered, flush, "silent"),
    "dies": (dies, None, "dies"),
    "any-protocol": (any_protocol, None, "unknown-protocol"),
    "any-option": (any_option, None, "unknown-option"),
    "any-socket": (unknown_socket, None, "unknown-socket"),
    "order": (order, None, "order"),
    "asked-url": (asked_url, None, "listen-url"),
    "close-leaks": (close_leaks, None, "close-leaks"),
    "reset-leaks": (reset_leaks, None, "reset-leaks"),
    "late": (late, None, "recv-time"),
    "upper-hex": (upper_hex, None, "payload"),
    "lost-zero": (lost_zero, None, "payload"),
    "free-text": (free_text, None, "recv-time"),
    "pipes-lies": (pipes_lies, None, "pipes-lies"),
    "claims": (claims, None, "option"),
    "claims-contexts": (claims_contexts, None, "ctx"),
    "one-context": (one_context, None, "ctx"),
    "runs-on": (plain, runs_on, "no-end"),
    "exits-1": (plain, lambda: sys.exit(1), "end-status"),
}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in FAULTS:
        sys.exit("usage: broken.py " + " | ".join(FAULTS))
    answer, at_end, _ = FAULTS[sys.argv[1]]
    for line in sys.stdin:
        answer(line)
    if at_end:
        at_end()


if __name__ == "__main__":
    main()
