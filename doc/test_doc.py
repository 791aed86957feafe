"""The manual page names all that the program takes; the completion offers it."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("SPCONFORM", str(HERE.parent / "build/harness/spconform"))
PAGE = (HERE / "spconform.1").read_text(encoding="utf-8").replace("\\-", "-")


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def commands():
    return re.findall(r"^  ([a-z]+)  +", run(PROGRAM, "--help"), re.M)


@pytest.mark.parametrize("command", commands())
def test_the_page_names_every_command_and_option(command):
    assert re.search(rf"^\.B(?:R|I)? (?:\"?spconform )?{command}\b", PAGE, re.M), command
    if command in ("help", "version"):
        return
    text = "\n".join(
        line for line in run(PROGRAM, command, "--help").splitlines() if " $ " not in line
    )
    for option in set(re.findall(r"(?:^|[\s\[|])(--[a-z][a-z-]+)", text)):
        assert option in PAGE, f"{command} {option}"


def test_the_page_is_sound():
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    done = subprocess.run(
        ["man", "--warnings", "-l", str(HERE / "spconform.1")],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "80"},
    )
    if done.returncode != 0 and "troff" in done.stderr + done.stdout:
        pytest.skip("man has no formatter here")
    assert done.returncode == 0 and not done.stderr, done


def test_the_help_of_a_run_names_every_option_of_the_page():
    section = PAGE.split(".SH THE RUN")[1].split(".SH ")[0]
    text = run(PROGRAM, "run", "--help")
    for option in set(re.findall(r"--[a-z][a-z-]+", section)):
        assert option in text, option


def test_the_readme_quotes_lines_that_exist():
    root = HERE.parent
    quoted = re.findall(
        r"([a-z_]+\.c):(\d+) +((?:iut|sp|wire)_[a-z_]+\([a-z]+)", (root / "README.md").read_text()
    )
    assert quoted
    for name, line, code in quoted:
        source = (root / "harness/cases" / name).read_text(encoding="utf-8").splitlines()
        assert code in source[int(line) - 1], f"{name}:{line} {code}"


def complete(*words):
    script = (
        'PATH=$1:$PATH; . "$2"; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));'
        " _spconform; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    folder = str(pathlib.Path(PROGRAM).parent)
    out = run("bash", "-c", script, "bash", folder, HERE / "spconform.bash", "spconform", *words)
    return out.split()


def test_commands_complete():
    assert set(commands()) <= set(complete(""))
    assert complete("expl") == ["explain"]


def test_options_are_those_of_the_command():
    assert {"--iut", "--filter", "--report", "--update-expectations"} <= set(complete("run", "--"))
    assert complete("list", "--j") == ["--json"]
    assert "--iut" not in complete("list", "--")


def test_cases_and_rows_complete():
    cases = complete("explain", "req_res")
    assert cases and all(x.startswith("req_res") for x in cases)
    assert "SP-REQ-017" in complete("explain", "SP-REQ-01")
    assert complete("run", "--filter", "req_res") == cases


def test_values_complete():
    assert complete("run", "--profile", "s") == ["strict"]
    assert complete("run", "--profile", "=", "s") == ["strict"]
    assert complete("run", "--report", "ju") == ["junit="]
    assert complete("run", "--jobs", "") == []
    assert complete("serve", "--port", "") == []


def test_stories_complete():
    stories = re.findall(r"^  ([a-z]+)  +", run(PROGRAM, "serve", "--help"), re.M)
    assert stories and complete("serve", "") == stories


def test_files_complete_after_the_kind(tmp_path):
    (tmp_path / "known.txt").touch()
    for words in (["--expect"], ["--report", "junit", "="]):
        found = complete("run", *words, str(tmp_path / "kn"))
        assert found == [str(tmp_path / "known.txt")], words
