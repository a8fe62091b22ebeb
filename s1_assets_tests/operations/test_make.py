"""What is given to `make` reaches the command as it is, and no shell reads it."""

import subprocess
import sys

import pytest

from s1_assets.settings import PROJECT

ODD = "a b'\"; touch read-by-a-shell; $$(touch read-by-a-shell) `touch read-by-a-shell`"


def make(folder, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A target without what it installs first, in a folder of its own."""
    command = ["make", "-f", PROJECT / "Makefile", "-o", "base", f"PYTHON={sys.executable}", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT), "DAGSTER_HOME": str(folder)}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cell", "SOURCE=arxiv", f"MONTH={ODD}"), "error: MONTH={} is no month"),
        (("backfill", "SOURCE=arxiv", f"FROM={ODD}"), "error: FROM={} is no month"),
        (("backfill", "SOURCE=arxiv", f"MONTH={ODD}"), "error: FROM={} is no month"),
        (("backfill", f"SOURCE={ODD}", "TO=2024-05"), "error: there is no source {}; sources are arxiv"),
        (("report", f"TO={ODD}"), "error: TO={} is no month"),
    ],
    ids=lambda value: "" if isinstance(value, str) else value[0],
)
def test_a_value_is_one_argument_whatever_is_in_it(arguments, told, tmp_path):
    outcome = make(tmp_path, *arguments)
    assert told.format(ODD.replace("$$", "$")) in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_given_is_no_argument(tmp_path):
    assert "the following arguments are required: source, month" in make(tmp_path, "cell").stderr
    outcome = make(tmp_path, "plan", "PAIRS=1000", "RATE=2.5", "TOKENS_OUT=200")
    assert outcome.returncode == 0, outcome.stderr
    assert "1,000" in outcome.stdout
