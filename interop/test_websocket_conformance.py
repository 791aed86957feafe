"""The WebSocket cases against implementations that know nothing of SP, but for the mapping their
adapters add.  Known deviations are in interop/expect/: what is not listed there fails here."""
import pytest

from adapter import BUILT, ROOT
from conftest import chromium, read_results, spconform

# How many adapters run at once: a browser is large.
JOBS = {"npm-ws": 8, "libwebsockets": 8, "websockets": 8, "chromium": 1}
# A browser costs what all the others do together: these and its stories come one after another.
NAMES = [
    pytest.param(name, marks=pytest.mark.xdist_group("browser") if name == "chromium" else ())
    for name in JOBS
]
FAILED = {"FAIL", "CRASH", "HANG", "XPASS", "ERROR"}


def require(name):
    if name == "libwebsockets":
        if not (BUILT / name).exists():
            pytest.skip("built without libwebsockets")
    elif name == "websockets":
        pytest.importorskip("websockets")
    elif not (ROOT / "interop" / "node" / "node_modules" / "ws").exists():
        pytest.skip("not installed: ci/node")
    if name == "chromium" and not chromium():
        pytest.skip("there is no Chromium: ci/node")


def judged(name, folder, *words):
    """How many instances were: none of them fails but as listed."""
    require(name)
    done = spconform(
        "run", "--peer", name, *words, "--jobs", JOBS[name],
        "--out", folder, f"--report=jsonl={folder / 'rows'}", within=600,
    )
    rows, _ = read_results(folder / "rows")
    bad = [f"{r['verdict']} {r['instance']}: {r['why']}" for r in rows if r["verdict"] in FAILED]
    assert not bad and done.status == 0, "\n".join(bad) or done
    return sum(row["verdict"] != "SKIP" for row in rows)


@pytest.mark.parametrize("name", NAMES)
def test_websocket_cases(name, tmp_path):
    assert judged(name, tmp_path, "--transport", "ws", "--filter", "ws_*") > 200


@pytest.mark.parametrize("name", NAMES)
def test_all_that_runs_over_tls(name, tmp_path):
    assert judged(name, tmp_path, "--transport", "wss") > 90
