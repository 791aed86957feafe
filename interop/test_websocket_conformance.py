"""The WebSocket cases against implementations that know nothing of SP, but for the mapping their
adapters add.  Known deviations are in interop/expect/: what is not listed there fails here."""
import os
import shutil

import pytest

from adapter import BUILT, ROOT
from conftest import read_results, spconform

# The cases, and how many adapters run at once: a browser is large, and once many of its WebSockets
# have failed it makes the next ones wait, so that it is spared the cases that fail many.
BROWSER = "close fragments frame length masked message opcode ping rsv text utf8"
RUNS = {
    "npm-ws": (("ws_*",), 8),
    "libwebsockets": (("ws_*",), 8),
    "websockets": (("ws_*",), 8),
    "chromium": (tuple(f"ws_{topic}*" for topic in BROWSER.split()), 1),
}
FAILED = {"FAIL", "CRASH", "HANG", "XPASS", "ERROR"}


def require(name):
    if name == "libwebsockets":
        if not (BUILT / name).exists():
            pytest.skip("built without libwebsockets")
    elif name == "websockets":
        pytest.importorskip("websockets")
    elif not (ROOT / "interop" / "node" / "node_modules" / "ws").exists():
        pytest.skip("not installed: ci/node")
    if name == "chromium" and not os.environ.get("SPCONFORM_CHROMIUM", shutil.which("chromium")):
        pytest.skip("there is no Chromium: ci/node")


@pytest.mark.parametrize("name", RUNS)
def test_websocket_cases(name, tmp_path):
    require(name)
    globs, jobs = RUNS[name]
    done = spconform(
        "run", "--peer", name, "--transport", "ws", "--jobs", jobs, "--out", tmp_path,
        f"--report=jsonl={tmp_path / 'rows'}", *(f"--filter={glob}" for glob in globs), within=400,
    )
    rows, _ = read_results(tmp_path / "rows")
    bad = [f"{r['verdict']} {r['instance']}: {r['why']}" for r in rows if r["verdict"] in FAILED]
    assert not bad and done.status == 0, "\n".join(bad) or done
    assert sum(row["verdict"] != "SKIP" for row in rows) > 200, done
