"""*Test sensor* in the UI: what a tick would ask for, and nothing asked."""

import json

import pytest
from dagster._core.instance_for_test import environ
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster_graphql.test.utils import execute_dagster_graphql

from s1_assets.backfill import LOCATION
from s1_assets.settings import PROJECT
from s1_assets_tests.fresh_papers.watched import paper, this_month
from s1_assets_tests.operations.deployment import NOTING, configured_instance

DRY_RUN = """mutation($selector: SensorSelector!, $cursor: String) {
  sensorDryRun(selectorData: $selector, cursor: $cursor) { ... on DryRunInstigationTick {
    evaluationResult { cursor skipReason runRequests { runKey } error { message } } } } }"""
SELECTOR = {"repositoryLocationName": LOCATION, "repositoryName": "__repository__", "sensorName": "fresh_arxiv"}


@pytest.fixture
def workspace(arxiv, configuration, tmp_path):
    """The project's definitions, configured by the environment alone."""
    variables = {
        "S1_MIRROR": "",
        "S1_CONTACT": configuration["contact"],
        "S1_SERVICES": configuration["services"],
        "S1_LAKE": str(tmp_path / "lake"),
        "S1_CACHE": str(tmp_path / "cache"),
    }
    file = tmp_path / "deployed.py"
    file.write_text("from s1_assets.definitions import build_defs\n\ndefs = build_defs()\n")
    target = LoadableTargetOrigin(python_file=str(file), working_directory=str(PROJECT))
    origin = InProcessCodeLocationOrigin(target, location_name=LOCATION)
    with environ(variables), configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        yield WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin))


def dry_run(workspace, cursor):
    request = workspace.create_request_context()
    variables = {"selector": SELECTOR, "cursor": cursor}
    answer = execute_dagster_graphql(request, DRY_RUN, variables=variables)
    return answer.data["sensorDryRun"]["evaluationResult"]


def test_a_dry_run_tells_what_a_tick_would_do_and_does_none_of_it(workspace, arxiv):
    arxiv.oai.papers = [paper(this_month(), 1)]
    looked = dry_run(workspace, None)
    assert looked["skipReason"].startswith("1 papers of 1 months are new or changed"), looked
    asked = [dry_run(workspace, looked["cursor"]) for _ in range(2)]
    assert asked[0] == asked[1]
    assert len(asked[0]["runRequests"]) == 1
    assert json.loads(asked[0]["cursor"])["waiting"] == {}
    assert workspace.instance.get_runs() == []
    assert workspace.instance.all_instigator_state() == []
