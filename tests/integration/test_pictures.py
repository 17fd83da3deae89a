"""The README's pictures show what the app shows, and nothing of the machine they were made on."""

import getpass
import re
import socket
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAMED = re.findall(r"\((docs/[\w-]+\.svg)\)", ROOT.joinpath("README.md").read_text("utf-8"))
LARGEST = 200_000
DOCUMENTATION = re.compile(r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|127\.0\.0\.1\b")


def _pictures():
    spec = spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["pictures"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


PICTURES = _pictures()
STAGES = {stage.name: stage for stage in PICTURES.STAGES if stage.name}


def test_the_readme_shows_each_picture_that_is_made():
    assert {Path(name).stem for name in NAMED} == set(STAGES)


def test_the_pictures_of_now_show_what_matters(tmp_path: Path):
    command = [sys.executable, DOCS / "pictures.py", tmp_path]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    assert {file.stem for file in tmp_path.iterdir()} == set(STAGES)
    for name in STAGES:
        _check(tmp_path / f"{name}.svg", name)


@pytest.mark.parametrize("name", sorted(STAGES))
def test_the_picture_in_the_readme_shows_what_matters(name: str):
    _check(DOCS / f"{name}.svg", name)


def _check(file: Path, name: str) -> None:
    picture = file.read_text("utf-8")
    words = PICTURES.words(picture)
    assert [word for word in STAGES[name].shows if word not in words] == []
    assert len(picture) < LARGEST
    assert not re.search(r"(?:url\(|href=)[\"']?(?!#|[\"']?#)", picture), "loads something from elsewhere"
    assert f"/{getpass.getuser()}/" not in words
    assert "/tmp" not in words
    if len(socket.gethostname()) > 3:
        assert socket.gethostname() not in words
    addresses = re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", words)
    assert [address for address in addresses if not DOCUMENTATION.match(address)] == []
