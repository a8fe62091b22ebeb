"""The web server of a deployment, and what its GraphQL interface answers."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from s1_assets.cells import Cell
from s1_assets.partitions import partition_key
from s1_assets_tests.operations.code_server import free_port
from s1_assets_tests.operations.daemon import comes, dagster

MADE = """query($asset: [String!]!, $cell: [String!]) {
  assetNodeOrError(assetKey: {path: $asset}) { ... on AssetNode {
    assetMaterializations(partitions: $cell, limit: 1) {
      runOrError { ... on Run { jobName status tags { key value } } }
      metadataEntries { label ... on IntMetadataEntry { intValue } }
    }
  } }
}"""


@contextlib.contextmanager
def serving(module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Starts what serves the UI and gives its URL; all processes end with the context."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    where = ("-h", "127.0.0.1", "-p", str(port))
    with dagster(module, *arguments, *where, environment=environment, log=log) as process:
        comes(lambda: process.poll() is not None or _answers(url))
        assert _answers(url), log.read_text()[-2000:]
        yield url


def web_server(environment: Mapping[str, str], log: Path) -> contextlib.AbstractContextManager[str]:
    """A web server by itself, beside whatever daemon the deployment has."""
    return serving("dagster_webserver", environment=environment, log=log)


def made(url: str, asset: str, cell: Cell) -> dict[str, Any]:
    """What the UI shows of a cell's last materialization of an asset: its run's job, status and tags, and its numbers.

    Empty without one.
    """
    variables = {"asset": [asset], "cell": [str(partition_key(cell))]}
    answer = httpx.post(f"{url}/graphql", json={"query": MADE, "variables": variables}, timeout=60).json()
    materializations = answer["data"]["assetNodeOrError"]["assetMaterializations"]
    if not materializations:
        return {}
    numbers = {entry["label"]: entry.get("intValue") for entry in materializations[0]["metadataEntries"]}
    run = materializations[0]["runOrError"]
    return {**numbers, **run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}}


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/server_info").is_success
    except httpx.HTTPError:
        return False
