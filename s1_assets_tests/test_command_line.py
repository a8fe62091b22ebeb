"""What `python -m s1_assets` says of a mistake: a line, and not a traceback."""

import subprocess
import sys

import pytest
from dagster._core.instance_for_test import environ
from dagster._grpc.client import DagsterGrpcClient
from dagster._serdes import deserialize_value
from dagster._utils.error import SerializableErrorInfo

from s1_assets.settings import PROJECT
from s1_assets_tests.operations.code_server import code_server

COMMANDS = [
    ["cell", "arxiv", "2024-05"],
    ["release"],
    ["backfill", "arxiv"],
    ["plan", "--pairs", "9", "--rate", "1"],
    ["report"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_mistaken_setting_is_one_line_that_names_it(command, tmp_path):
    outcome = run(tmp_path, command, S1_UI_URL="dagster.example.org")
    assert outcome.returncode == 2
    assert outcome.stderr == "error: S1_UI_URL='dagster.example.org' is not one URL such as http://127.0.0.1:3000\n"
    assert outcome.stdout == ""


def test_a_lake_that_cannot_be_read_is_one_error_that_names_it(tmp_path):
    outcome = run(tmp_path, ["sql", "--lake", "nosuch://x", "-c", "select 1"])
    assert outcome.returncode == 2
    assert "Traceback" not in outcome.stderr
    last = outcome.stderr.splitlines()[-1]
    assert last.startswith("error: the lake nosuch://x cannot be read: ")
    assert last.endswith('Unable to recognise URL "nosuch://x"')


def test_a_mistaken_channel_of_alerts_is_a_line_and_stops_no_command(tmp_path):
    outcome = run(tmp_path, ["cell", "arxiv", "1991-07"], S1_ALERTS="slak:x", S1_MIRROR=str(tmp_path))
    assert outcome.stderr.count("S1_ALERTS, channel 1 is of no known kind") == 1
    assert "Traceback" not in outcome.stderr
    assert "raw_papers" in outcome.stdout


def test_a_month_without_papers_is_said_to_have_none(sample_mirror, tmp_path):
    outcome = run(tmp_path, ["cell", "edrxiv", "2023-05"], S1_MIRROR=str(sample_mirror))
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.splitlines()[-1].startswith("ok, but no papers  run ")


def test_where_the_definitions_do_not_load_the_code_server_stays_and_tells_the_ui_the_mistake_first():
    with environ({"S1_UI_URL": "dagster.example.org"}), code_server() as port:
        answer = deserialize_value(DagsterGrpcClient(port=port).list_repositories(), SerializableErrorInfo)
    assert "S1_UI_URL='dagster.example.org' is not one URL" in answer.message.splitlines()[0]


def run(folder, command, **environment):
    places = {"DAGSTER_HOME": str(folder), "S1_LAKE": str(folder / "lake"), "S1_CACHE": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "s1_assets", *command],
        env={"PATH": "/usr/bin:/bin", **places, **environment},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
