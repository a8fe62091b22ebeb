"""What a program that handles hostile input can reach."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from s1_assets.extraction.confined import Ended, run_confined
from s1_assets.extraction.confinement import can_hide_files

needs_landlock = pytest.mark.skipif(not can_hide_files(), reason="this kernel has no Landlock, so TeX is not run")


def shell(script: str, folder: Path, **options) -> Ended:
    return run_confined([shutil.which("sh"), "-c", script], folder, options.pop("seconds", 20), **options)


def test_a_program_is_fed_and_heard(tmp_path):
    ended = run_confined([shutil.which("cat")], tmp_path, 20, fed=b"words")
    assert ended == Ended(0, "words")
    assert run_confined([shutil.which("false")], tmp_path, 20).code == 1


def test_its_environment_is_what_it_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "word")
    ended = run_confined([shutil.which("env")], tmp_path, 20, environment={"GIVEN": "this"})
    assert "GIVEN=this" in ended.said
    assert "SECRET" not in ended.said


def test_it_writes_to_its_folder(tmp_path):
    assert shell("echo word > made", tmp_path).code == 0
    assert (tmp_path / "made").read_text() == "word\n"


@needs_landlock
def test_other_files_are_hidden_from_it(tmp_path):
    (work := tmp_path / "work").mkdir()
    (given := tmp_path / "given").mkdir()
    for folder in (tmp_path, given):
        (folder / "secret").write_text("word")
    assert shell("read -r line < ../secret", work).code
    assert shell("read -r line < /etc/passwd", work).code
    assert shell(f"read -r line < /proc/{os.getpid()}/environ", work).code
    assert shell("echo word > ../made", work).code
    assert not (tmp_path / "made").exists()
    assert run_confined([shutil.which("cat"), given / "secret"], work, 20, readable=[given]).said == "word"
    assert shell("echo more > ../given/secret", work, readable=[given]).code


@needs_landlock
def test_it_starts_no_program_from_elsewhere(tmp_path):
    (work := tmp_path / "work").mkdir()
    program = Path(shutil.copy(shutil.which("true"), tmp_path / "true"))
    assert run_confined([str(program)], work, 20).code


def test_it_ends_when_its_time_is_over(tmp_path):
    ended = shell("while :; do :; done", tmp_path, seconds=0.5)
    assert ended.code is None


def test_its_files_and_its_memory_are_bounded(tmp_path):
    def run(*command: str) -> int | None:
        return run_confined([shutil.which(command[0]), *command[1:]], tmp_path, 20, fed=b"x").code

    assert run("truncate", "-s", "1M", "file") == 0
    assert run("truncate", "-s", "300M", "file") != 0
    assert run("dd", "bs=1M", "count=1") == 0
    assert run("dd", "bs=3G", "count=1") != 0


@needs_landlock
def test_it_reaches_no_network(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [shutil.which("bash"), "-c", f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]}"]
        assert subprocess.run(command, check=False).returncode == 0
        assert run_confined(command, tmp_path, 20).code
