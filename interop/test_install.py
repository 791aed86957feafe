"""What `cmake --install` lays down works without the checkout it came from."""
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, program

BUILD = Path(program()).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    if not shutil.which("cmake") or not (BUILD / "cmake_install.cmake").exists():
        pytest.skip("not a build that can be installed")
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run(
        ["cmake", "--install", BUILD, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL
    )
    return prefix


def run(installed, *words):
    return subprocess.run(
        [installed / "bin" / "spconform", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=installed,
        check=False,
    )


@pytest.mark.parametrize("peer", ("nanomsg", "nng", "python", "reference"))
def test_peers_are_found(installed, peer):
    done = run(installed, "run", "--peer", peer, "--filter", "rep_answers_on_the_wire", "--transport", "tcp")
    assert done.returncode == 0, done
    assert str(ROOT) not in done.stdout + done.stderr


def test_their_lists_are_found(installed):
    """A known deviation of nanomsg counts as expected."""
    done = run(installed, "run", "--peer", "nanomsg", "--filter", "tcp_reserved")
    assert done.returncode == 0 and "XFAIL" in done.stdout, done


def test_pages_and_words_are_there(installed):
    for path in ("share/man/man1/spconform.1", "share/spconform/browser/pair.html"):
        assert (installed / path).is_file(), path


def test_what_is_not_there_is_said(installed):
    done = run(installed, "run", "--peer", "nosuch")
    assert done.returncode == 2 and "--iut" in done.stderr, done
    assert len(done.stderr.splitlines()) == 1, done
