"""What a person mistypes gets one clear line that names it, at once, and exit status 2."""
import pytest

from conftest import spconform

# What is typed, and the word of it that the answer must repeat.
MISTYPED = {
    "unknown subcommand": (["judge"], "judge"),
    "unknown option": (["run", "--reference", "--fast"], "--fast"),
    "option without its value": (["run", "--reference", "--filter"], "--filter"),
    "value that is no number": (["run", "--reference", "--jobs", "many"], "many"),
    "negative number": (["run", "--reference", "--repeat", "-3"], "-3"),
    "number with a tail": (["run", "--reference", "--patience", "20s"], "20s"),
    "shard out of range": (["run", "--reference", "--shard", "3/2"], "3/2"),
    "unknown transport": (["run", "--reference", "--transport", "carrier-pigeon"], "carrier-pigeon"),
    "unknown profile": (["run", "--reference", "--profile", "lax"], "lax"),
    "unknown segmentation": (["run", "--reference", "--segmentation", "some"], "some"),
    "unknown report": (["run", "--reference", "--report", "pdf=x"], "pdf"),
    "report without a file": (["run", "--reference", "--report", "junit"], "junit"),
    "report in no folder": (
        ["run", "--reference", "--report", "junit=/nonexistent/r.xml"],
        "/nonexistent/r.xml",
    ),
    "nothing to judge": (["run"], "--iut"),
    "two things to judge": (["run", "--reference", "--peer", "nng"], "--peer"),
    "unknown peer": (["run", "--peer", "nosuchpeer"], "nosuchpeer"),
    "adapter that does not exist": (["run", "--iut", "./no/such/adapter"], "./no/such/adapter"),
    "adapter with no name": (["run", "--iut", " "], "empty"),
    "adapter that is a folder": (["run", "--iut", "/tmp"], "directory"),
    "adapter not on the path": (["run", "--iut", "nosuchadapter -v"], "nosuchadapter: not found"),
    "check of none": (["check", "--iut", "./no/such/adapter"], "./no/such/adapter"),
    "check of one not on the path": (["check", "--iut", "nosuchadapter"], "nosuchadapter: not found"),
    "out that is no folder": (["run", "--reference", "--out", "/dev/null/out"], "--out"),
    "adapter that is none": (["run", "--iut", "/bin/true"], "/bin/true"),
    "adapter that answers all": (["run", "--iut", "/usr/bin/yes ok"], "/usr/bin/yes ok"),
    "filter that matches nothing": (["run", "--reference", "--filter", "nosuchcase*"], "nosuchcase*"),
    "list of nothing": (["list", "nosuchcase*"], "nosuchcase"),
    "unknown case": (["explain", "nosuchcase"], "nosuchcase"),
    "no case": (["explain"], "CASE"),
    "unknown mutant": (["mutants", "nosuchmutant*"], "nosuchmutant"),
    "black box without a protocol": (["run", "--connect", "tcp://127.0.0.1:1"], "--protocol"),
    "unknown protocol": (
        ["run", "--connect", "tcp://127.0.0.1:1", "--protocol", "gossip"],
        "gossip",
    ),
    "url without a scheme": (
        ["run", "--connect", "127.0.0.1:1", "--protocol", "rep"],
        "127.0.0.1:1",
    ),
    "url of an unknown scheme": (
        ["run", "--connect", "smoke://hill", "--protocol", "rep"],
        "smoke://hill",
    ),
    "url with a port too high": (
        ["run", "--connect", "tcp://127.0.0.1:65536", "--protocol", "rep"],
        "65536",
    ),
    "nobody listens": (["run", "--connect", "tcp://127.0.0.1:1", "--protocol", "rep"], "127.0.0.1:1"),
    "expectations that do not exist": (
        ["run", "--reference", "--expect", "/nonexistent.txt"],
        "/nonexistent.txt",
    ),
    "peer without a protocol": (["peer"], "PROTOCOL"),
    "peer of an unknown protocol": (
        ["peer", "gossip", "--dial", "tcp://127.0.0.1:1"],
        "gossip",
    ),
}


def clear(done, word):
    """Exit 2; one line, without control characters, that says what was wrong."""
    lines = done.err.splitlines()
    assert done.status == 2, done
    assert len(lines) == 1, f"want one line on standard error: {done}"
    assert lines[0].startswith("spconform") and lines[0].isprintable(), done
    assert word in lines[0], f"{word!r} is not named: {done}"


@pytest.mark.parametrize("words, named", MISTYPED.values(), ids=MISTYPED.keys())
def test_mistyped(words, named):
    clear(spconform(*words, within=10), named)


@pytest.mark.parametrize("command", ("run", "check"))
@pytest.mark.parametrize(
    "first, mode, told",
    (
        ("#!/bin/sh\n", 0o644, "not executable"),
        ("#!/bin/sh\r\n", 0o755, "CR LF"),
        ("#!/bin/sh\necho 'no \33[31mlibrary' >&2; exit 3\n", 0o755, "no \\x1b[31mlibrary"),
    ),
)
def test_adapter_that_does_not_start(command, first, mode, told, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.write_bytes(first.encode())
    adapter.chmod(mode)
    done = spconform(command, "--iut", adapter, within=10)
    clear(done, told)


def test_reports_are_opened_before_the_run(tmp_path):
    done = spconform("run", "--reference", "--report", f"junit={tmp_path}/no/r.xml", within=10)
    assert done.status == 2 and done.out == "", done


def test_a_first_list_of_expectations_is_begun(tmp_path):
    known = tmp_path / "known.txt"
    words = ("run", "--mutant", "sub_finds_topics_anywhere", "--expect", known)
    done = spconform(*words, "--update-expectations", within=60)
    assert done.status == 1 and f"{known}: " in done.err and "reason" in done.err, done
    clear(spconform(*words, within=60), f"{known}:1")
    known.write_text(known.read_text().replace("reason to be written", "seen in the mutant"))
    assert spconform(*words, within=60).status == 0


BROKEN_LISTS = {
    "no verdict": "req_*\n",
    "unknown verdict": 'req_* MAYBE "x"  # why\n',
    "unclosed quotation": 'req_* FAIL "x  # why\n',
    "no reason": 'req_* FAIL "x"\n',
    "octets": "\x01\x02\x7f\n",
}


@pytest.mark.parametrize("text", BROKEN_LISTS.values(), ids=BROKEN_LISTS.keys())
def test_broken_expectations(text, tmp_path):
    """The line of the file is named, as a compiler would."""
    known = tmp_path / "known.txt"
    known.write_text("# a good line first\n" + text, encoding="utf-8")
    clear(spconform("run", "--reference", "--expect", known, within=10), f"{known}:2")


def test_nothing_typed():
    """The commands, and the failure that a script must see."""
    done = spconform(within=10)
    assert done.status == 2 and "run " in done.out, done


def test_help_is_no_error():
    done = spconform("--help", within=10)
    assert done.status == 0 and "spconform run" in done.out and done.err == "", done


def test_version():
    done = spconform("--version", within=10)
    assert done.status == 0 and done.out.startswith("spconform "), done
