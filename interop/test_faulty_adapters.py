"""An adapter that goes wrong at any verb costs a verdict or one clear line, and little time.

The runs wait more than they work, so all of them start at once and each test awaits its own.
"""
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import ROOT, program, read_results, spconform

pytestmark = pytest.mark.xdist_group("faulty adapters")  # what is started once serves all

VERBS = ("hello", "open", "set", "listen", "dial", "pipes", "send", "recv", "close", "reset")
EVERYWHERE = ("exits", "hangs")
SOMEWHERE = (
    "killed",
    "floods",
    "garbage",
    "unknown-answer",
    "empty-line",
    "half-line",
    "two-answers",
    "closes-stdout",
)
SCENARIOS = [(fault, verb) for fault in EVERYWHERE for verb in VERBS]
SCENARIOS += [(fault, verb) for fault in SOMEWHERE for verb in ("hello", "open", "recv")]
GOOD = Path(program()).parent.parent / "interop" / "adapters" / "nng"
# Few cases, which among them say every verb.
CASES = ("req_resends_until_answered*", "rep_ttl_option*")
WITHIN = 60


def run(fault, verb, folder):
    iut = f"{sys.executable} {ROOT}/interop/faulty_adapter.py {fault} {verb} {GOOD}"
    filters = [f"--filter={case}" for case in CASES]
    report = f"--report=jsonl={folder}/r.jsonl"
    options = ["--transport", "tcp", "--jobs", "4", "--patience", "500", "--out", folder]
    return spconform("run", "--iut", iut, *filters, *options, report, within=WITHIN)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    with ThreadPoolExecutor(max_workers=10) as pool:
        yield {
            (fault, verb): pool.submit(run, fault, verb, tmp_path_factory.mktemp("faulty"))
            for fault, verb in SCENARIOS
        }


@pytest.mark.parametrize("fault, verb", SCENARIOS)
def test_faulty(runs, fault, verb):
    done = runs[fault, verb].result()
    assert done.status in (1, 2), f"an adapter that {fault} at {verb} must not pass: {done}"
    if verb == "hello":  # refused before any case
        assert done.status == 2 and len(done.err.splitlines()) == 1, done
        return
    assert done.counts()[1] > 0, done
    if fault in ("exits", "killed", "half-line"):
        assert "CRASH" in done.out, done
    elif fault == "hangs":
        assert "HANG" in done.out, done


def test_results_so_far_are_kept(tmp_path):
    """What was judged before the fault stands in the report, which is complete all the same."""
    run("exits", "close", tmp_path)
    rows, summary = read_results(tmp_path / "r.jsonl")
    assert rows and summary
