"""The reports as their readers see them: parsed by other people's parsers."""

import html.parser
import json
import os
import pathlib
import subprocess
import xml.etree.ElementTree as ET

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SAMPLE_REPORTS", str(ROOT / "build/harness/tests/sample_reports"))


def report(kind, **environment):
    done = subprocess.run(
        [PROGRAM, f"{kind}=-"],
        stdout=subprocess.PIPE,
        check=True,
        timeout=30,
        env={**os.environ, **environment},
    )
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def suite():
    root = ET.fromstring(report("junit"))
    assert root.tag == "testsuites"
    [one] = root
    return one


def test_junit_totals_are_those_of_its_cases(suite):
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases) == 14
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) == 5
    assert int(suite.get("errors")) == len(suite.findall("testcase/error")) == 1
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped")) == 1
    assert suite.get("time") == "2.340"


def test_junit_shows_both_sides_of_a_difference(suite):
    case = suite.find("testcase[@name='req_resends[ipc,iut-dials]']")
    assert case.get("classname") == "req_resends" and case.get("time") == "0.203"
    lines = case.find("failure").text.splitlines()
    wanted = lines.index("wanted   80 00 1f 03  'ping'")
    assert lines[wanted + 1].startswith("got ") and "^^ octet 3" in lines[wanted + 2]
    assert any("spconform run --filter" in line for line in lines)


def test_junit_passes_what_was_expected_and_says_why(suite):
    case = suite.find("testcase[@name='pub_survives[tcp,iut-dials]']")
    assert case.find("failure") is None
    told = case.find("system-out").text
    assert "CRASH" in told and "asserts in xpub.c:167" in told


def test_words_of_a_peer_are_harmless(suite):
    message = suite.find("testcase[@classname='bus_hang']/failure").get("message")
    assert message == r'<no> answer & "\x1b[31mred\xff\u202e]]>" 50%, a:b'


def test_a_run_cut_short_is_still_valid_and_says_so():
    root = ET.fromstring(report("junit", SAMPLE_CUT_SHORT="1"))
    assert root.get("tests") == "14"
    assert "cut short" in root.find("testsuite/system-err").text
    last = json.loads(report("jsonl", SAMPLE_CUT_SHORT="1").splitlines()[-1])
    assert last["summary"]["stopped"] and last["summary"]["failed"] == 6


def test_json_lines():
    lines = [json.loads(line) for line in report("jsonl").splitlines()]
    assert len(lines) == 15 and "summary" in lines[-1]
    [pub] = [x for x in lines[:-1] if x["instance"] == "pub_survives[tcp,iut-dials]"]
    assert pub["verdict"] == "XFAIL" and pub["was"] == "CRASH"
    assert lines[1]["requirements"] == ["SP-REQ-017", "SP-REQ-018"]
    summary = lines[-1]["summary"]
    assert (summary["passed"], summary["failed"], summary["skipped"]) == (7, 6, 1)


def test_json_lines_follow_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "harness/report/result.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    check = jsonschema.Draft7Validator(schema)
    for line in report("jsonl").splitlines():
        check.validate(json.loads(line))
    assert not check.is_valid({"case": "x", "verdict": "MAYBE"})


def test_yaml_of_tap_is_json_strings():
    for line in report("tap").splitlines():
        if ': "' in line:
            json.loads(line.split(": ", 1)[1])


class Page(html.parser.HTMLParser):
    """Checks that elements nest, and keeps the instances with their attributes."""

    EMPTY = {"meta", "input"}

    def __init__(self, text):
        super().__init__()
        self.open, self.instances, self.text = [], {}, ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "details":
            self.instances[attrs["id"]] = attrs
        assert tag not in ("link", "img", "a"), "nothing from elsewhere"
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_html_is_one_page_with_the_failures_open():
    page = Page(report("html"))
    assert len(page.instances) == 14
    opened = [name for name, attrs in page.instances.items() if "open" in attrs]
    assert len(opened) == 6 and all("data-failed" in page.instances[x] for x in opened)
    assert list(page.instances)[:6] == opened
    assert r'<no> answer & "\x1b[31mred\xff\u202e]]>" 50%, a:b' in page.text
