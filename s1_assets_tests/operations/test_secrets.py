"""Secrets of the environment reach who needs them and are in no answer to the UI."""

import json

import pytest
from dagster._core.instance_for_test import environ
from dagster_graphql.test.utils import execute_dagster_graphql

from s1_assets.definitions import default_resources
from s1_assets.settings import Settings
from s1_assets_tests.operations.deployment import NOTING, Daemons, configured_instance

PASSWORD = "hunter2"
SECRETS = {
    "S1_CAPTIONER": "openai",
    "S1_ENDPOINTS": f"http://bob:{PASSWORD}@10.0.0.1:8000,http://10.0.0.2:8000/v1",
    "S1_ALERTS": f"slack:https://hooks.slack.com/services/{PASSWORD},email:on-call@example.org",
    "S1_SMTP": f"smtp://bob:{PASSWORD}@mail.example.org",
    "OPENAI_API_KEY": PASSWORD,
    "AWS_SECRET_ACCESS_KEY": PASSWORD,
}
REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "s1"}
RESOURCES = """query($selector: RepositorySelector!) {
  allTopLevelResourceDetailsOrError(repositorySelector: $selector) { ... on ResourceDetailsList {
  results { name configuredValues { key value type } configFields { name defaultValueAsJson
  } } } } }"""
LAUNCHPAD = """query($selector: PipelineSelector!) { runConfigSchemaOrError(selector: $selector, mode: "default") {
  ... on RunConfigSchema { rootDefaultYaml allConfigTypes { ... on CompositeConfigType {
  fields { name defaultValueAsJson } } } } } }"""
JOBS = ("cell", "make_release", "alerts", "alert_digest")


@pytest.fixture
def ask(tmp_path):
    """Asks the web server's GraphQL of a deployment whose environment holds secrets; gives the answer as JSON."""
    with environ(SECRETS), configured_instance(tmp_path / "home", "dagster.yaml", NOTING) as instance:
        request = Daemons(instance).workspace.create_request_context()

        def ask(query: str, **selector: str) -> str:
            variables = {"selector": {**REPOSITORY, **selector}} if "$selector" in query else {}
            return json.dumps(execute_dagster_graphql(request, query, variables=variables).data)

        yield ask


def test_the_page_of_resources_shows_no_secret(ask):
    answer = ask(RESOURCES)
    assert "http://10.0.0.1:8000" in answer
    assert PASSWORD not in answer


@pytest.mark.parametrize("job", JOBS)
def test_the_launchpad_shows_no_secret(ask, job):
    answer = ask(LAUNCHPAD, pipelineName=job)
    assert "rootDefaultYaml" in answer
    assert PASSWORD not in answer


def test_a_password_goes_to_its_own_server_alone():
    with environ(SECRETS):
        captioner = default_resources(Settings.from_environment())["captioner"]
        assert captioner.servers == (f"http://bob:{PASSWORD}@10.0.0.1:8000", "http://10.0.0.2:8000/v1")
        elsewhere = captioner.model_copy(update={"endpoints": ["http://10.0.0.3:8000"]})
        assert elsewhere.servers == ("http://10.0.0.3:8000",)


def test_endpoints_that_differ_in_their_users_alone_keep_their_own():
    urls = ("http://ann:1@10.0.0.1:8000", "http://bob:2@10.0.0.1:8000")
    with environ({**SECRETS, "S1_ENDPOINTS": ",".join(urls)}):
        captioner = default_resources(Settings.from_environment())["captioner"]
        assert captioner.servers == urls
