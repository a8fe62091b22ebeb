"""install.sh asks for what a set needs and keeps everything inside the project. It calls notes instead of programs."""

import shutil
import subprocess

import pytest

from s1_assets.settings import PROJECT

ORDINARY = ("cat", "cksum", "dirname", "env", "ls", "rm")
NOTES = {"id": "echo 0", "apt-get": 'echo "$@" >> asked', "uv": 'echo "$UV_PYTHON_INSTALL_DIR" >> pythons'}


@pytest.fixture
def project(tmp_path):
    """A checkout on a machine that has none of the programs, with a uv and an apt-get that note what they are asked."""
    shutil.copy(PROJECT / "install.sh", tmp_path)
    shutil.copytree(PROJECT / "requirements", tmp_path / "requirements")
    (tmp_path / ".venv").mkdir()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ORDINARY:
        (programs / name).symlink_to(shutil.which(name))
    for name, body in NOTES.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    return tmp_path


def install(project, *arguments: str) -> None:
    command = ["/bin/sh", "install.sh", *arguments]
    subprocess.run(command, cwd=project, env={"PATH": str(project / "programs")}, check=True)


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ("base", {"ghostscript"}),
        ("ray", {"ghostscript", "texlive-pictures"}),
        ("gpu", {"ghostscript", "texlive-pictures"}),
        ("dev", {"ghostscript", "texlive-pictures", "chromium"}),
        ("cpu", {"ghostscript", "texlive-pictures", "chromium"}),
    ],
)
def test_a_set_that_tests_asks_for_a_browser_and_a_database_and_no_other_does(project, chosen, wanted):
    install(project, chosen)
    asked = {line.split()[-1] for line in (project / "asked").read_text().splitlines()}
    assert asked - {"postgresql"} == wanted
    assert chosen in ("dev", "cpu") or "postgresql" not in asked


def test_a_python_that_has_to_be_fetched_lies_inside_the_project(project):
    install(project, "base")
    assert set((project / "pythons").read_text().splitlines()) == {str(project / ".uv/python")}
