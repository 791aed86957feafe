"""The suite against each live library, every case a test of its own.

One run per library; the case's test reads what the run said of it.  Known deviations are in
interop/expect/: what is not listed there fails here.
"""
import json
import xml.etree.ElementTree as ET

import pytest

from conftest import PEERS, ROOT, read_results, spconform

FAILED = {"FAIL", "CRASH", "HANG", "XPASS", "ERROR"}


class Judged:
    """The run against one library, and what it left in its folder."""

    def __init__(self, peer, folder):
        reports = [f"--report={k}={folder / k}" for k in ("jsonl", "junit", "tap", "github")]
        self.peer, self.folder = peer, folder
        self.done = spconform("run", "--peer", peer, "--out", folder, *reports, within=300)
        self.rows, self.summary = read_results(folder / "jsonl")


@pytest.fixture(
    scope="session", params=[pytest.param(p, marks=pytest.mark.xdist_group(p)) for p in PEERS]
)
def judged(request, tmp_path_factory):
    return Judged(request.param, tmp_path_factory.mktemp(request.param))


def cases():
    done = spconform("list", "--json", within=10)
    assert done.status == 0, done
    return [case["case"] for case in json.loads(done.out)["cases"]]


@pytest.mark.parametrize("case", cases())
def test_case(judged, case):
    rows = [row for row in judged.rows if row["case"] == case]
    bad = [f"{r['verdict']} {r['instance']}: {r['why']}" for r in rows if r["verdict"] in FAILED]
    assert not bad, "\n".join(bad)
    judged_rows = [row for row in rows if row["verdict"] != "SKIP"]
    if not judged_rows:
        pytest.skip(rows[0]["why"] if rows else "left out: slow")


def test_exit_status(judged):
    assert judged.done.status == 0, judged.done


def test_nothing_of_ours_failed(judged):
    errors = [row["instance"] for row in judged.rows if row["verdict"] == "ERROR"]
    assert not errors, judged.done


def test_every_instance_once(judged):
    names = [row["instance"] for row in judged.rows]
    assert len(names) == len(set(names))


def test_counts_agree(judged):
    """The closing line, the summary and the rows say the same."""
    failed = sum(row["verdict"] in FAILED for row in judged.rows)
    skipped = sum(row["verdict"] == "SKIP" for row in judged.rows)
    want = (len(judged.rows) - failed - skipped, failed, skipped)
    assert judged.done.counts() == want
    assert tuple(judged.summary[k] for k in ("passed", "failed", "skipped")) == want


def test_failures_are_explained(judged):
    """A deviation, listed or not, names the rows, the script's line and its trace."""
    for row in judged.rows:
        if row["verdict"] in FAILED | {"XFAIL"}:
            assert row["requirements"] and row["why"] and row["at"], row
            for kind in (".txt", ".jsonl"):
                assert row["trace"] and (ROOT / (row["trace"] + kind)).exists(), row


def test_json_lines_follow_the_schema(judged):
    jsonschema = pytest.importorskip("jsonschema")
    [schema] = ROOT.glob("harness/report/*.schema.json")
    check = jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    for line in (judged.folder / "jsonl").read_text(encoding="utf-8").splitlines():
        check.validate(json.loads(line))


def test_junit_counts(judged):
    tree = ET.parse(judged.folder / "junit").getroot()
    tests = list(tree.iter("testcase"))
    bad = [t for t in tests if t.find("failure") is not None or t.find("error") is not None]
    skipped = [t for t in tests if t.find("skipped") is not None]
    assert len(tests) == len(judged.rows)
    assert (len(bad), len(skipped)) == judged.done.counts()[1:]


def test_tap_plan(judged):
    lines = (judged.folder / "tap").read_text(encoding="utf-8").splitlines()
    assert f"1..{len(judged.rows)}" in lines
    assert sum(line.startswith(("ok ", "not ok ")) for line in lines) == len(judged.rows)


def test_no_control_characters_reach_the_terminal(judged):
    """A pipe gets no colour and no progress, and octets of the peer are escaped."""
    assert all(c.isprintable() or c == "\n" for c in judged.done.out)


# Deviations that the run must find, by case.
NAMED = {
    "nanomsg": (
        "tcp_reserved",
        "ipc_type_00",
        "pub_message_from_subscriber",
        "req_keeps_reply_before_other_id",
        "req_send_without_peer_waits",
        "sub_unsubscribe_from_nothing",
        "ws_ping_answered",
        "ws_request_garbage",
        "ws_request_glued_to_refused",
        "ws_application_close_says_so",
    ),
    "nng": (
        "rep_truncated_request_keeps_pipe",
        "req_truncated_reply_keeps_pipe",
        "ws_close_answered",
        "ws_ping_without_fin",
    ),
}


def test_what_must_be_found(judged):
    for case in NAMED[judged.peer]:
        assert "XFAIL" in {row["verdict"] for row in judged.rows if row["case"] == case}, case


def test_a_list_that_expects_nothing_fails(tmp_path):
    """nanomsg deviates: without its list the run must say so, and keep the verdicts."""
    done = spconform(
        "run", "--peer", "nanomsg", "--expect", "none", "--transport", "tcp", "--filter", "re?_*",
        "--out", tmp_path, within=180,
    )
    assert done.status == 1, done
    assert done.counts()[1] > 0, done
