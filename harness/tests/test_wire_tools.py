"""spconform trace, decode and vectors as programs; their JSON against its schemas."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPCONFORM = os.environ["SPCONFORM"]
REQ = bytes.fromhex("0053500000300000")
REP = bytes.fromhex("0053500000310000")
PING = bytes.fromhex("000000000000000880001f0370696e67")


def run(*args, stdin=b""):
    return subprocess.run([SPCONFORM, *args], input=stdin, capture_output=True, timeout=20)


def validator(path):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / path).read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def test_vectors_follow_the_schema():
    check = validator("vectors/vector.schema.json")
    files = [f for f in (ROOT / "vectors").glob("*.json") if not f.name.endswith(".schema.json")]
    assert len(files) >= 8
    ids = []
    for path in files:
        data = json.loads(path.read_text(encoding="utf-8"))
        check.validate(data)
        ids += [v["id"] for v in data["vectors"]]
    assert len(set(ids)) == len(ids)
    data["vectors"][0]["events"].append({"of": "in", "type": "surprise"})
    assert not check.is_valid(data)


def test_vectors_check_says_what_is_wrong(tmp_path):
    path = ROOT / "vectors/headers-pair1.json"
    assert run("vectors", "check", str(path)).returncode == 0
    data = json.loads(path.read_text(encoding="utf-8"))
    data["vectors"][0]["events"][-1]["body"] = "00"
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(data))
    done = run("vectors", "check", str(wrong))
    assert done.returncode == 1
    assert b"pair1-exchange" in done.stdout and b", 1 wrong\n" in done.stdout


def test_vectors_show():
    done = run("vectors", "show", str(ROOT / "vectors/headers-reqrep.json"), "rep-hops-1")
    assert done.returncode == 0
    assert b"hop 0x00000010" in done.stdout and b"sp-request-reply-01 6.2" in done.stdout


@pytest.mark.parametrize("args", [
    ["vectors"], ["vectors", "frobnicate"], ["vectors", "check"], ["vectors", "check", "/nowhere"],
    ["vectors", "show", str(ROOT / "vectors/greeting.json"), "no-such"],
    ["vectors", "record", "x.json", "/bin/false"],
    ["decode"], ["decode", "--type", "rap", "-"], ["decode", "/nowhere"], ["decode", "/dev/null"],
    ["decode", "--bogus", "-"], ["decode", "a", "b"], ["decode", "--type"],
    ["trace"], ["trace", "a", "b"], ["trace", "tcp://127.0.0.1:0", "ipc:///x"],
    ["trace", "tcp://127.0.0.1:99999", "tcp://127.0.0.1:1"], ["trace", "--max", "0", "a", "b"],
    ["trace", "--jsonl", "/nowhere/x", "tcp://127.0.0.1:0", "tcp://127.0.0.1:1"],
])
def test_usage_errors_are_one_line(args):
    done = run(*args)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1 and done.stderr.startswith(b"spconform " + args[0].encode())


@pytest.mark.parametrize("command", ["trace", "decode", "vectors"])
def test_help_has_an_example(command):
    done = run(command, "--help")
    assert done.returncode == 0 and b"example" in done.stdout and b"  $ " in done.stdout


def test_decode_hex_and_back(tmp_path):
    text = b"> 00 'SP' 00 0031 0000\n< 00 'SP' 00 0030 0000 u64:8 80001f03 'ping'\n"
    lines = run("decode", "--json", "-", stdin=text)
    assert lines.returncode == 0
    check = validator("harness/trace/trace.schema.json")
    for line in lines.stdout.splitlines():
        check.validate(json.loads(line))
    assert not check.is_valid({"kind": "in", "at": 0})
    recorded = tmp_path / "x.jsonl"
    recorded.write_bytes(lines.stdout)
    assert run("decode", str(recorded)).stdout == run("decode", "-", stdin=text).stdout


def test_decode_of_the_octets_themselves_says_how():
    done = run("decode", "-", stdin=b"\0SP\0\0\x30\0\0")
    assert done.returncode == 2 and b"xxd" in done.stderr and done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("verb", ("check", "show", "record"))
def test_vectors_help_behind_its_verbs(verb):
    done = run("vectors", verb, "--help")
    assert done.returncode == 0 and done.stdout == run("vectors", "--help").stdout


def test_decode_never_passes_control_characters_on():
    done = run("decode", "--frames", "-", stdin=b"u64:4 1b '[2J' u64:2 0a 9b")
    assert done.returncode == 0
    assert all(c == 0x0A or 0x20 <= c <= 0x7E for c in done.stdout)


class Proxy:
    """spconform trace between us and a listener of ours."""

    def __init__(self, *options):
        self.target = socket.create_server(("127.0.0.1", 0))
        self.target.settimeout(10)
        port = self.target.getsockname()[1]
        self.process = subprocess.Popen(
            [SPCONFORM, "trace", *options, "tcp://127.0.0.1:0", f"tcp://127.0.0.1:{port}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.url = self.process.stdout.readline().decode().strip()

    def connect(self):
        dialer = socket.create_connection(("127.0.0.1", int(self.url.rsplit(":", 1)[1])), 10)
        served, _ = self.target.accept()
        served.settimeout(10)
        return dialer, served

    def end(self, sig=signal.SIGINT):
        if sig:
            self.process.send_signal(sig)
        out, err = self.process.communicate(timeout=10)
        self.target.close()
        return self.process.returncode, out.decode(), err.decode()


def exactly(s, n):
    got = b""
    while len(got) < n:
        part = s.recv(n - len(got))
        assert part
        got += part
    return got


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_trace_records_and_flushes_on_a_signal(tmp_path, sig):
    seen = tmp_path / "seen.jsonl"
    proxy = Proxy("--jsonl", str(seen))
    dialer, served = proxy.connect()
    dialer.sendall(REQ)
    assert exactly(served, 8) == REQ
    served.sendall(REP)
    assert exactly(dialer, 8) == REP
    dialer.sendall(PING)
    assert exactly(served, 16) == PING
    status, text, err = proxy.end(sig)
    assert status == 0 and err == ""
    assert "id 0x80001f03" in text and "|ping|" in text and "the proxy was stopped" in text
    check = validator("harness/trace/trace.schema.json")
    lines = [json.loads(x) for x in seen.read_text().splitlines()]
    for line in lines:
        check.validate(line)
    sent = "".join(x["octets"] for x in lines if x["kind"] == "out")
    assert sent == (REQ + PING).hex()


def test_trace_whose_output_nobody_reads():
    """A signal ends it all the same, once it has more to print than the pipe takes."""
    proxy = Proxy()
    dialer, served = proxy.connect()
    dialer.sendall(REQ)
    assert exactly(served, 8) == REQ
    dialer.settimeout(2)
    served.settimeout(2)
    with pytest.raises(TimeoutError): # it stands still: nothing is passed on any more
        while True:
            dialer.sendall(PING * 1000)
            exactly(served, len(PING) * 1000)
    proxy.process.send_signal(signal.SIGTERM)
    assert proxy.process.wait(timeout=5) == 0
    proxy.process.stdout.close()
    assert proxy.process.stderr.read() == b""
    proxy.process.stderr.close()


def test_trace_keeps_fin_and_reset_apart():
    proxy = Proxy("--max", "2")
    dialer, served = proxy.connect()
    dialer.sendall(REQ)
    dialer.shutdown(socket.SHUT_WR)
    assert exactly(served, 8) == REQ and served.recv(1) == b""
    served.sendall(REP)
    assert exactly(dialer, 8) == REP
    served.close()
    assert dialer.recv(1) == b""

    dialer, served = proxy.connect()
    served.sendall(REP)
    served.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    served.close()
    assert exactly(dialer, 8) == REP
    with pytest.raises(ConnectionResetError):
        dialer.recv(1)
    status, text, err = proxy.end(None)
    assert status == 0 and err == ""
    assert "#1 ended: dialer fin" in text and "#1 ended: target fin" in text
    assert "#2 ended: target reset" in text and "reset" not in text.split("#2")[0]


def test_trace_passes_on_what_it_cannot_record():
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    proxy = Proxy("--jsonl", "/dev/full", "--max", "1")
    dialer, served = proxy.connect()
    dialer.sendall(REQ * 4)
    assert exactly(served, 32) == REQ * 4
    dialer.close()
    assert served.recv(1) == b""
    served.close()
    status, text, err = proxy.end(None)
    assert status == 2 and err.count("\n") == 1 and "No space left" in err
    assert "#1 dialer -> target" in text


def test_trace_carries_megabytes_both_ways():
    proxy = Proxy("--text", os.devnull)
    dialer, served = proxy.connect()
    octets = bytes(i * 7 & 255 for i in range(1 << 20)) * 4
    senders = [threading.Thread(target=s.sendall, args=(octets,)) for s in (dialer, served)]
    for sender in senders:
        sender.start()
    got = []
    other = threading.Thread(target=lambda: got.append(exactly(served, len(octets))))
    other.start()
    assert exactly(dialer, len(octets)) == octets
    for thread in senders + [other]:
        thread.join(20)
    assert got == [octets]
    assert proxy.end()[0] == 0
