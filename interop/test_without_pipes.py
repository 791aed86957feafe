"""A library that cannot tell of its pipes is judged no worse for it: the runner primes."""
import shlex

import pytest

from adapter import COMMANDS, ROOT
from conftest import PEERS, read_results, spconform

PATTERNS = ("pub_*", "bus_*", "pair0_*", "pair1_*")


@pytest.mark.parametrize("peer", PEERS)
def test_primed(peer, tmp_path):
    command = f"{shlex.join(COMMANDS[peer])} | sed -u '1s/ pipes / /'"
    filters = [f"--filter={pattern}" for pattern in PATTERNS]
    report = tmp_path / "results"
    iut = f"--iut=sh -c {shlex.quote(command)}"
    known = f"--expect={ROOT / 'interop' / 'expect' / peer}.txt"
    done = spconform("run", iut, known, "--gentle", *filters, f"--report=jsonl={report}")
    rows, _ = read_results(report)
    bad = [row for row in rows if row["verdict"] in ("FAIL", "CRASH", "HANG", "ERROR")]
    assert not bad, done
    judged = {row["case"] for row in rows if row["verdict"] == "PASS"}
    assert {"pub_to_three_once", "bus_sends_to_every_peer", "pair0_second_peer_refused"} <= judged
