"""The pages of interop/browser in Chromium, each against sockets of the reference and of the
libraries: what a person sees who types `spconform serve STORY --peer NAME` and opens the address."""
import json
import os
import re
import select
import signal
import subprocess
import time
import uuid

import pytest

from adapter import BUILT
from conftest import ROOT, chromium, left_running, program

pytestmark = pytest.mark.xdist_group("browser")  # what is started once serves all

PEERS = ("reference", "nanomsg", "nng", "node-nanomsg")
NO_DEVICE = ("libwebsockets",)
SECURE = ("reference", "nng", "libwebsockets", "npm-ws")
SHOTS = ROOT / "out" / "screenshots"
NODE = ROOT / "interop" / "node"
TEXT = "grüße, 世界"


class Lines:
    """A child that writes lines."""

    def __init__(self, *command, **settings):
        self.pending, self.read = b"", []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0, **settings)

    def line(self, seconds=20):
        end = time.monotonic() + seconds
        while b"\n" not in self.pending:
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
            assert ready, f"nothing more from {self.process.args} after {self.read[-8:]}"
            more = os.read(self.process.stdout.fileno(), 65536)
            assert more, f"{self.process.args} ended: {self.process.wait(5)}, after {self.read[-8:]}"
            self.pending += more
        line, _, self.pending = self.pending.partition(b"\n")
        self.read.append(line.decode())
        return self.read[-1]


class Browser(Lines):
    def __init__(self, *authority):
        super().__init__("node", str(NODE / "pages.js"), *authority, stdin=subprocess.PIPE)
        self.asked = 0
        assert "ready" in json.loads(self.line(seconds=60))

    def __call__(self, do, **words):
        self.asked += 1
        request = {"id": self.asked, "do": do, **words}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        said = {}
        while said.get("id") != self.asked:  # not one that was given up
            said = json.loads(self.line(seconds=30))
        assert "error" not in said, f"{do} {words}: {said['error']}"
        return said.get("answer")

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


class Page:
    def __init__(self, browser, context, name, url):
        self.browser, self.name = browser, name
        browser("open", context=context, page=name, url=url)

    def do(self, verb, **words):
        return self.browser(verb, page=self.name, **words)

    def say(self, text):
        self.do("type", selector="#text", text=text)

    def state(self, matches):
        return self.do("wait", selector="#state", matches=matches)

    def shown(self, least, of="#answers li"):
        return self.do("list", selector=of, least=least)


class Story(Lines):
    """`spconform serve STORY` and the pages that are open there, in the browser it is given."""

    def __init__(self, name, peer, *options):
        self.browser, self.name, self.pages = None, name, []
        self.token = f"SPCONFORM_TOKEN={uuid.uuid4()}"
        environment = {**os.environ, **dict([self.token.split("=")])}
        super().__init__(program(), "serve", name, "--peer", peer, *options, env=environment)
        self.url = self.line()
        assert self.url.endswith(f"/{name}.html")
        assert self.line().startswith(f"{name}: {peer} ")

    def page(self):
        name = f"{self.token}-{len(self.pages)}"
        self.pages.append(Page(self.browser, self.token, name, self.url))
        return self.pages[-1]

    def hears(self, line):
        while self.line() != line:
            pass

    def keep_pictures(self, title):
        SHOTS.mkdir(parents=True, exist_ok=True)
        kept = []
        for i, page in enumerate(self.pages):
            kept.append(SHOTS / f"{title}-{i + 1}.png")
            page.do("shot", file=str(kept[-1]))
        return kept

    def end(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(5) == 0
        assert time.monotonic() - began < 2, "it does not end at once"
        self.process.stdout.close()
        assert not left_running(self.token)


def require_chromium():
    if not (NODE / "node_modules" / "playwright-core").exists():
        pytest.skip("not installed: ci/node")
    if not chromium():
        pytest.skip("there is no Chromium: ci/node")


@pytest.fixture(scope="module")
def browser():
    require_chromium()
    browser = Browser()
    yield browser
    browser.end()


@pytest.fixture(params=PEERS + NO_DEVICE)
def peer(request):
    if request.param in ("nanomsg", "nng", "libwebsockets") and not (BUILT / request.param).exists():
        pytest.skip(f"lib{request.param} is not installed")
    return request.param


@pytest.fixture
def serve(browser, peer, request):
    """serve(name): the story, which ends with the test."""
    running = []

    def start(name):
        running.append(Story(name, peer))
        running[-1].browser = browser
        return running[-1]

    yield start
    for story in running:
        leave(story, request.node)


def leave(story, test):
    """A test that fails leaves pictures."""
    if getattr(test, "failed", False):
        for file in story.keep_pictures(re.sub(r"\W+", "-", test.name).strip("-")):
            print(f"screenshot: {file}")
    if story.pages:
        story.browser("close", context=story.token)
    story.end()


@pytest.fixture
def serve_tls(browser, peer, request):
    """serve_tls(name): over wss, in a browser of its own, which trusts the authority of this run."""
    running, trusting = [], []

    def start(name, trusts=True):
        story = Story(name, peer, "--tls")
        running.append(story)
        story.browser = browser
        word, _, authority = story.line().partition(" ")
        assert word == "trust"
        if trusts:
            trusting.append(Browser(authority))
            story.browser = trusting[-1]
        return story

    yield start
    for story in running:
        leave(story, request.node)
    for one in trusting:
        one.end()


def octets(text):
    return " ".join(f"{o:02x}" for o in text.encode())


def talk_both_ways(story):
    page = story.page()
    page.state("^connected$")
    for n, text in enumerate((TEXT, "x", "again"), 1):
        page.say(text)
        assert page.shown(least=n)[-1] == f"00 00 00 0{n} {octets(text)}  “{text}”"
    story.hears("pair received 'again'")


def test_a_page_and_a_pair_talk_both_ways(serve):
    talk_both_ways(serve("pair"))


def test_a_text_frame_is_a_message_or_refused(serve, peer):
    page = serve("pair").page()
    page.state("^connected$")
    page.do("click", selector="#as-text")
    page.say("hello")
    if peer == "nng":
        # It ends the connection with 03eb: a choice that RFC 6455 leaves to it (7.4.1).
        assert page.state("^closed") == "closed, code 1003"
    else:
        assert page.shown(least=1) == [f"00 00 00 01 {octets('hello')}  “hello”"]


def get_every_message(story):
    page = story.page()
    page.state("^subscribed$")
    messages = page.shown(least=20, of="#messages li")
    first = int(messages[0].split()[0])
    for n, text in enumerate(messages, first):
        city = ("Bergen", "Fes", "Quito")[n % 3]
        assert text == f"{n} {city} {n * 7 % 31 - 5}"
    assert page.do("wait", selector="#missing", matches="") == "0"


def test_a_page_subscribes_and_gets_every_message(serve):
    get_every_message(serve("sub"))


@pytest.mark.parametrize("peer", SECURE, indirect=True)
def test_a_page_and_a_pair_talk_over_tls(serve_tls):
    talk_both_ways(serve_tls("pair"))


@pytest.mark.parametrize("peer", SECURE, indirect=True)
def test_a_page_subscribes_over_tls(serve_tls):
    get_every_message(serve_tls("sub"))


@pytest.mark.parametrize("peer", SECURE[:1], indirect=True)
def test_a_page_talks_to_nobody_it_does_not_trust(serve_tls):
    page = serve_tls("pair", trusts=False).page()
    assert page.state("^closed") == "closed, code 1006"


def test_a_second_page_is_refused_on_a_pair(serve):
    story = serve("refused")
    first = story.page()
    first.state("^this page is the peer$")
    second = story.page()
    # That there is no Close frame (1006) is the peer's choice too: SP asks for none.
    assert second.state("^refused") in ("refused, code 1000", "refused, code 1006")
    assert second.shown(least=0) == []
    first.say(TEXT)
    assert first.shown(least=2)[-1] == TEXT
    first.do("close")
    story.pages.remove(first)
    for _ in range(20):  # until the pair has noticed that its peer is gone
        second.do("click", selector="#again")
        if second.state("^(this page|refused)") == "this page is the peer":
            break
    second.say(TEXT)
    assert second.shown(least=2) == ["anybody there?", TEXT]


def test_a_chat_whose_late_page_first_gets_the_log(serve):
    story = serve("chat")
    ann, bob = story.page(), story.page()
    for page, name in ((ann, "ann"), (bob, "bob")):
        page.state("^in the chat$")
        page.do("fill", selector="#who", text=name)
    said = []
    for page, name, text in ((ann, "ann", "hello?"), (bob, "bob", TEXT), (ann, "ann", "<b>bye</b>")):
        page.say(text)
        said.append(f"{name}: {text}")
        for each in (ann, bob):
            assert each.shown(least=len(said), of="#messages li") == said
    late = story.page()
    late.state("^in the chat$")
    assert late.shown(least=0, of="#messages li") == said
    bob.say("you missed it")
    said.append("bob: you missed it")
    for page in (ann, bob, late):
        assert page.shown(least=4, of="#messages li") == said


@pytest.mark.parametrize("peer", PEERS, indirect=True)
def test_a_device_stands_between_a_page_and_tcp_workers(serve):
    story = serve("device")
    pages = [story.page(), story.page()]
    workers = set()
    for n in range(1, 4):
        for i, page in enumerate(pages):
            page.state("^connected$")
            text = f"{TEXT} {i} {n}"
            page.say(text)
            found = re.fullmatch(
                r"[89a-f][0-9a-f]( [0-9a-f]{2}){3}  (.*) → (left|right): (.*)", page.shown(least=n)[-1]
            )
            assert found and found[2] == found[4] == text
            workers.add(found[3])
    assert workers == {"left", "right"}
