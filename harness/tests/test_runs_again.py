"""What a run does not believe at once: it measures again whom it would accuse, and runs again what
was lost when a worker of its own died."""
import json
import os
import select
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from test_run_faults import SPCONFORM, left, run

# One quick instance per protocol, by which the adapter knows it, in the order of the catalogue.
CASES = {
    "pub": "pub_receive_refused[local]",
    "rep": "rep_reply_without_request_refused[local]",
    "push": "push_receive_refused[local]",
    "respondent": "respondent_answer_without_survey_refused[local]",
    "sub": "sub_send_refused[local]",
}
# One that measures a time comes behind them.
TIMED = {"sub": CASES["sub"], "surveyor": "survey_without_respondent[local]"}

# Hands requests on to the reference.  PLAN tells what it does instead when a protocol is opened
# for the first time, the second, ...; the last holds for all later times.  `after PROTOCOL: FAULT`
# does it in a process that had that protocol just before.
ADAPTER = """
import json, os, select, signal, subprocess, sys
folder, plan, program = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
good = subprocess.Popen([program, "adapter"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def linger():
    while os.read(0, 65536):
        pass
    os._exit(0)
def kill_worker():
    os.kill(os.getppid(), signal.SIGKILL)
    linger()
def tell():
    with open(folder + "/fifo", "w", encoding="ascii") as fifo:
        fifo.write(f"{os.getppid()}\\n")
    linger()
FAULTS = { # and the verb at which it shows
    "dies": ("open", lambda: os._exit(3)),
    "kills": ("open", kill_worker),
    "tells": ("open", tell),
    "hangs": ("send", linger),
    "hurries": ("set", None),
    "sours": ("set", None), # and hurries from then on
    "mutes": ("recv", None),
    "": ("", None),
}
before, fault, sour = "", "", False
for line in sys.stdin.buffer:
    words = line.decode().split()
    if words[0] == "open":
        with open(f"{folder}/{words[2]}", "a", encoding="ascii") as times:
            times.write("x")
            turn = times.tell() - 1
        faults = plan.get(words[2], [""])
        condition, _, fault = faults[min(turn, len(faults) - 1)].rpartition(": ")
        if condition and condition != "after " + before:
            fault = ""
        sour = sour or fault == "sours"
        fault = "hurries" if sour else fault
        before = words[2]
    if words[0] == FAULTS[fault][0]:
        if fault == "hurries":
            line = f"set {words[1]} survey-deadline 1\\n".encode()
        elif fault == "mutes":
            # As long as it may take, nothing comes; nor does anybody ask for anything else.
            select.select([sys.stdin], [], [], int(words[2]) / 1000)
            os.write(1, b"err timedout\\n")
            continue
        else:
            FAULTS[fault][1]()
    good.stdin.write(line)
    good.stdin.flush()
    os.write(1, good.stdout.readline())
good.stdin.close()
"""


def planned(plan, tmp, *more, jobs=1, cases=None):
    """The words of a run against an adapter that follows the plan."""
    program, folder = tmp / "adapter.py", tmp / "opened"
    program.write_text(ADAPTER, encoding="utf-8")
    folder.mkdir()
    iut = [sys.executable, program, folder, json.dumps(plan), SPCONFORM]
    words = ["run", "--iut", shlex.join(str(word) for word in iut), "--jobs", str(jobs)]
    for name in (cases or CASES).values():
        words += ["--filter", name.partition("[")[0]]
    return [*words, "--patience", "100", "--report", f"jsonl={tmp / 'rows.jsonl'}", *more]


def rows(path):
    """The verdict and its reason per instance; each must be reported just once."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert "summary" in lines[-1]
    found = {row["instance"]: (row["verdict"], row.get("why", "")) for row in lines[:-1]}
    assert len(found) == len(lines) - 1, lines
    return found


def judged(plan, tmp, *more, cases=None, **how):
    """Status, and verdict and reason per protocol."""
    status, out, err = run(*planned(plan, tmp, *more, cases=cases, **how), tmp=tmp)
    found = rows(tmp / "rows.jsonl")
    cases = cases or CASES
    assert found.keys() == set(cases.values()), (found, out, err)
    return status, {protocol: found[name] for protocol, name in cases.items()}


def times(protocol, tmp):
    """How often it was opened."""
    return (tmp / "opened" / protocol).stat().st_size


def others_pass(found, *but):
    assert {k: v for k, v in found.items() if k not in but and v[0] != "PASS"} == {}


MEASURED = {
    # What `sub` does each time it is run: the verdict, what it says, how often it is run.
    "hang once": (["hangs", ""], "INFO", "once, not again: ", 3),
    "hang always": (["hangs"], "HANG", "no answer to `send`", 2),
    "hang after another": (["after respondent: hangs"], "HANG", "(only after {before})", 3),
    "hang, then crash": (["hangs", "dies"], "CRASH", "(when run alone; at first: HANG)", 2),
    "crash once": (["dies", ""], "CRASH", "(did not recur when run again)", 3),
    "crash always": (["dies"], "CRASH", "(again when run alone)", 2),
    "crash after another": (["after respondent: dies"], "CRASH", "(only after {before})", 3),
    "crash, then hang": (["dies", "hangs", ""], "CRASH", "(did not recur when run again)", 3),
    "hang, then a worker's death": (["hangs", "kills"], "HANG", "no answer to `send`", 2),
    "crash, then a worker's death": (["dies", "kills"], "CRASH", "ended with status 3", 2),
    "a worker's death, then crash": (["kills", "dies"], "CRASH", "(again when run alone)", 3),
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """All at once: they wait more than they work."""

    def one(faults, tmp):
        return *judged({"sub": faults}, tmp), times("sub", tmp)

    # The folders are made here: their factory knows nothing of threads.
    with ThreadPoolExecutor(max_workers=len(MEASURED)) as pool:
        yield {
            name: pool.submit(one, row[0], tmp_path_factory.mktemp("measured"))
            for name, row in MEASURED.items()
        }


@pytest.mark.xdist_group("measured")
@pytest.mark.parametrize("name", MEASURED)
def test_suspects_are_measured_again(name, measured):
    """Alone in a fresh process; if it does not recur there, behind the one that ran before it."""
    _, verdict, why, runs = MEASURED[name]
    status, found, ran = measured[name].result()
    said = found["sub"][1]
    assert found["sub"][0] == verdict and why.format(before=CASES["respondent"]) in said, found
    remarks = ("only after", "did not recur", "again when", "at first", "once, not again")
    for remark in remarks:
        assert (remark in said) == (remark in why), found
    assert status == (0 if verdict == "INFO" else 1)
    assert ran == runs
    others_pass(found, "sub")


EARLY = {
    "once": (["hurries", ""], "INFO", "once, not again: too early"),
    "in one process": (["sours", ""], "INFO", "once, not again: too early"),
    "always": (["hurries"], "FAIL", "too early"),
    "after another": (["after sub: hurries"], "FAIL", "(only after {before})"),
}


@pytest.mark.parametrize("faults, verdict, why", EARLY.values(), ids=EARLY.keys())
def test_failures_about_time_are_measured_again(faults, verdict, why, tmp_path):
    for attempt in range(30):
        tmp = tmp_path / str(attempt)
        tmp.mkdir()
        status, found = judged({"surveyor": faults}, tmp, cases=TIMED)
        if found["surveyor"][0] != "PASS":
            break  # else our loop stood still just then, and what it measured did not count
    assert found["surveyor"][0] == verdict, found
    assert why.format(before=TIMED["sub"]) in found["surveyor"][1], found
    assert status == (0 if verdict == "INFO" else 1)
    others_pass(found, "surveyor")


# Over tcp, both ways: the first of the two is told of what does not come.
SILENT = {"pull": "pull_delivers_unmodified[tcp,iut-listens]"}
SILENCES = {
    # What `pull` does each time it is opened, the verdicts, how often that is.
    "once": (["mutes", ""], ["INFO", "PASS"], 4),
    "and once more": (["mutes", "", "mutes", ""], ["FAIL", "PASS"], 3),
    "again in another way": (["mutes", "", "dies", "mutes", ""], ["FAIL", "PASS"], 4),
    "of both, always": (["mutes"], ["FAIL", "FAIL"], 4),
}


def silences(faults, tmp):
    """The verdicts of the two, and how often `pull` was opened."""
    tmp.mkdir()
    words = planned({"pull": faults}, tmp, "--transport", "tcp", cases=SILENT)
    status, out, err = run(*words, tmp=tmp)
    found = rows(tmp / "rows.jsonl").values()
    verdicts = sorted(verdict for verdict, _ in found)
    assert status == (1 if {"FAIL", "CRASH"} & set(verdicts) else 0), (found, out, err)
    for verdict, why in found:
        said = {"FAIL": "nothing was delivered", "INFO": "once, not again: nothing was delivered"}
        assert why.startswith(said.get(verdict, "")), found
    return verdicts, times("pull", tmp)


@pytest.mark.parametrize("faults, verdicts, runs", SILENCES.values(), ids=SILENCES.keys())
def test_silence_is_waited_for_once_more(faults, verdicts, runs, tmp_path):
    """It accuses nobody before a fresh process has been silent too."""
    for attempt in range(5):
        found = silences(faults, tmp_path / str(attempt))
        if found == (verdicts, runs):
            return  # else our loop stood still just then, and what it measured was measured again
    assert found == (verdicts, runs)


def test_repeats_bear_out_what_was_measured_again(tmp_path):
    """One hang in three times, which does not recur: the verdict of the others stands."""
    status, found = judged({"sub": ["", "hangs", ""]}, tmp_path, "--repeat", "3")
    assert status == 0, found
    others_pass(found)
    assert times("sub", tmp_path) == 5


def test_what_passes_is_run_once(tmp_path):
    status, found = judged({}, tmp_path)
    assert status == 0
    others_pass(found)
    assert {protocol: times(protocol, tmp_path) for protocol in CASES} == dict.fromkeys(CASES, 1)


@pytest.mark.parametrize("jobs", [1, 4])
def test_worker_that_dies_once(jobs, tmp_path):
    """Whatever it had under way is run again: not one verdict is lost or changed."""
    status, found = judged({"sub": ["kills", ""]}, tmp_path, jobs=jobs)
    assert status == 0, found
    others_pass(found)
    assert times("sub", tmp_path) == 2


@pytest.mark.parametrize("jobs", [1, 4])
def test_worker_that_dies_at_one_instance(jobs, tmp_path):
    """An error of ours, by name; all others keep their verdicts."""
    status, found = judged({"sub": ["kills"]}, tmp_path, jobs=jobs)
    assert status == 2, found
    assert found["sub"][0] == "ERROR"
    assert "the harness itself failed" in found["sub"][1] and "signal 9" in found["sub"][1], found
    others_pass(found, "sub")
    assert times("sub", tmp_path) == 2


# A sanity case, of two instances over tcp, beside one that is none: it is run at the beginning, and
# at the end once more.
AT_BOTH_ENDS = {"pair0": "sanity_greeting[tcp,iut-listens]", "sub": CASES["sub"]}


@pytest.mark.parametrize(
    "faults, status, said",
    [(["", "", "kills", ""], 0, ""), (["", "", "kills"], 1, "the harness itself failed here")],
)
def test_worker_that_dies_at_the_last_sanity_case(faults, status, said, tmp_path):
    """Run again alone; if it dies of it once more, nothing says that all is as it was."""
    words = planned({"pair0": faults}, tmp_path, cases=AT_BOTH_ENDS)
    ended, out, err = run(*words, tmp=tmp_path)
    assert (ended, said in err) == (status, True), (out, err)
    assert times("pair0", tmp_path) == 5


@pytest.mark.parametrize("words, status", [("CRASH sometimes", 0), ("", 1)])
def test_sanity_case_that_dies_once(words, status, tmp_path):
    """Told, expected or not; all others have their verdicts."""
    listed = tmp_path / "expect.txt"
    listed.write_text(
        f'sanity_greeting[*] {words} "the implementation died"  # a race\n' if words else "", encoding="utf-8"
    )
    more = ["--expect", str(listed)]
    words = planned({"pair0": ["dies", ""]}, tmp_path, *more, cases=AT_BOTH_ENDS)
    ended, out, err = run(*words, tmp=tmp_path)
    found = rows(tmp_path / "rows.jsonl")
    assert ended == status and found[AT_BOTH_ENDS["sub"]][0] == "PASS", (found, out, err)
    verdict = "XFAIL" if status == 0 else "CRASH"
    assert [v for v, _ in found.values()].count(verdict) == 1, found


def test_error_in_a_sanity_case_ends_the_run(tmp_path):
    words = planned({"pair0": ["kills"]}, tmp_path, cases=AT_BOTH_ENDS)
    status, out, err = run(*words, tmp=tmp_path)
    assert status == 2 and "the sanity cases fail" in err, (out, err)
    assert not (tmp_path / "opened" / "sub").exists()


def test_workers_that_die_at_every_instance(tmp_path):
    status, found = judged({protocol: ["kills"] for protocol in CASES}, tmp_path, jobs=4)
    assert status == 2
    assert {verdict for verdict, _ in found.values()} == {"ERROR"}, found


def children(pid):
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def start(words, tmp, token):
    name, value = token.split("=")
    (tmp / "scratch").mkdir()
    return subprocess.Popen(
        [SPCONFORM, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, name: value, "TMPDIR": str(tmp / "scratch")},
        cwd=tmp,
    )


def teller(tmp):
    """Opened before the run, so that the adapter's own open does not wait for us."""
    os.mkfifo(tmp / "opened" / "fifo")
    return os.open(tmp / "opened" / "fifo", os.O_RDONLY | os.O_NONBLOCK)


def told(fifo):
    assert select.select([fifo], [], [], 30)[0], "the adapter does not get there"
    pid = int(os.read(fifo, 100))
    os.close(fifo)
    return pid


@pytest.mark.parametrize("at_once", [1, 4])
def test_worker_killed_from_outside(at_once, tmp_path):
    """With its adapters at work, and more waiting: all is run again."""
    token = f"SPC_AGAIN=worker-{os.getpid()}-{at_once}"
    words = planned({"sub": ["tells", ""]}, tmp_path, jobs=at_once)
    fifo = teller(tmp_path)
    with start(words, tmp_path, token) as process:
        worker = told(fifo)
        assert worker in children(process.pid)
        os.kill(worker, signal.SIGKILL)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, (out, err)
    found = rows(tmp_path / "rows.jsonl")
    assert len(found) == len(CASES) and {row[0] for row in found.values()} == {"PASS"}, found
    assert not left(token) and not list((tmp_path / "scratch").iterdir())


def test_runner_killed(tmp_path):
    """Its workers and their adapters, one of which answers nothing, go with it."""
    token = f"SPC_AGAIN=runner-{os.getpid()}"
    words = planned({"sub": ["tells"]}, tmp_path, jobs=4)
    fifo = teller(tmp_path)
    with start(words, tmp_path, token) as process:
        told(fifo)
        process.kill()
        process.communicate(timeout=10)
    assert not left(token)


def test_simulating_workers_killed_from_outside(tmp_path):
    """The runner waits until its rows are read: so it is certainly not through when they die."""
    words = ("run", "--reference", "--transport", "tcp,ws", "--report", "jsonl=-")
    words += ("--out", str(tmp_path))
    token = f"SPC_AGAIN=simulating-{os.getpid()}"
    with start(words, tmp_path, token) as process:
        first = process.stdout.readline()
        while not first.startswith(b"{"):
            assert first, process.stderr.read()
            first = process.stdout.readline()
        workers = children(process.pid)
        assert workers
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        out, err = process.communicate(timeout=180)
    assert process.returncode == 0, (out[-2000:], err)
    lines = [json.loads(line) for line in (first + out).splitlines() if line.startswith(b"{")]
    names = [row["instance"] for row in lines if "instance" in row]
    assert "summary" in lines[-1] and len(set(names)) == len(names) > 1000
    assert not {row["verdict"] for row in lines[:-1]} & {"ERROR", "FAIL", "CRASH", "HANG"}
    assert not left(token)


def test_who_was_killed_noticed_no_fault(tmp_path):
    """Half of the matrix would else be made by a machine that is short of memory."""
    token = f"SPC_AGAIN=mutants-{os.getpid()}"
    with start(("mutants", "rep_*"), tmp_path, token) as process:
        until = time.monotonic() + 20
        while not children(process.pid):
            assert time.monotonic() < until and process.poll() is None
        os.kill(children(process.pid)[0], signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2 and b"one was killed" in err, (out, err)
    assert b"killed" not in out and not left(token)
