"""The suite against the npm package nanomsg: an interface of events around libnanomsg 1.1.0.

Its transports are the library's, which test_conformance.py judges in a later release.  Here the
patterns are judged over two of them, and the cases of WebSocket itself left out: with their crashes
and refusals they take more time than all others together.  interop/expect/ has them, too.
"""
import json

import pytest

from conftest import ROOT, read_results, spconform

FAILED = {"FAIL", "CRASH", "HANG", "XPASS", "ERROR"}


def families():
    done = spconform("list", "--json", within=10)
    names = {case["case"].partition("_")[0] for case in json.loads(done.out)["cases"]}
    return sorted(names - {"ws"})


def test_node_nanomsg(tmp_path):
    if not (ROOT / "interop" / "node" / "node_modules" / "nanomsg").exists():
        pytest.skip("not installed: ci/node")
    done = spconform(
        "run", "--peer", "node-nanomsg", "--transport", "tcp,ws",
        *(f"--filter={family}_*" for family in families()),
        "--out", tmp_path, f"--report=jsonl={tmp_path / 'rows'}", within=600,
    )
    rows, _ = read_results(tmp_path / "rows")
    bad = [f"{r['verdict']} {r['instance']}: {r['why']}" for r in rows if r["verdict"] in FAILED]
    assert not bad and done.status == 0, "\n".join(bad) or done
    assert sum(row["verdict"] != "SKIP" for row in rows) > 500, done
