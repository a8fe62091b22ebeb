"""What pages of the Dagster UI ask of the web server, and what launches a backfill, in GraphQL."""

from collections.abc import Mapping
from typing import Any

import httpx

from s1_assets.backfill import LOCATION
from s1_assets.jobs import CELL

SECONDS = 120  # for an answer
ASSET = "figure_pairs"
REPOSITORY = {"repositoryLocationName": LOCATION, "repositoryName": "__repository__"}
PARTITION_SET = f"{CELL.name}_partition_set"

GRAPH = """{assetNodes {
  id assetKey {path} dependencyKeys {path} description kinds isPartitioned
  partitionStats {numMaterialized numMaterializing numFailed numPartitions}
  assetMaterializations(limit: 1) {timestamp runId}
}}"""
PARTITIONS = """query($key: AssetKeyInput!) {assetNodeOrError(assetKey: $key) {__typename ... on AssetNode {
  partitionKeysByDimension {name partitionKeys}
  assetPartitionStatuses {__typename ... on MultiPartitionStatuses {ranges {
    primaryDimStartKey primaryDimEndKey
    secondaryDim {... on DefaultPartitionStatuses {materializedPartitions materializingPartitions failedPartitions}}
  }}}
}}}"""
CHECKS = """query($key: AssetKeyInput!) {assetNodeOrError(assetKey: $key) {__typename ... on AssetNode {
  assetChecksOrError {__typename ... on AssetChecks {checks {name partitionStatuses {
    __typename ... on AssetCheckMultiPartitionStatuses {ranges {
      primaryDimStartKey primaryDimEndKey
      secondaryDim {... on AssetCheckDefaultPartitionStatuses {succeededPartitions failedPartitions}}
    }}
  }}}}
}}}"""
DIALOG = """query($repository: RepositorySelector!, $name: String!) {
  partitionSetOrError(repositorySelector: $repository, partitionSetName: $name) {__typename ... on PartitionSet {
    partitionsOrError {__typename ... on Partitions {results {name}}}
    partitionStatusesOrError {__typename ... on PartitionStatuses {results {partitionName runStatus}}}
}}}"""
BACKFILL = """query($id: String!) {partitionBackfillOrError(backfillId: $id) {__typename ... on PartitionBackfill {
  status numPartitions partitionStatusCounts {runStatus count}
}}}"""
LAUNCH = """mutation($backfill: LaunchBackfillParams!) {launchPartitionBackfill(backfillParams: $backfill) {
  __typename ... on LaunchBackfillSuccess {backfillId} ... on PythonError {message}
}}"""
LOADED = "{repositoriesOrError {__typename ... on RepositoryConnection {nodes {name}}}}"

# By the page: the query and its variables.
PAGES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "graph of all assets with partition counts": (GRAPH, {}),
    "partitions of an asset": (PARTITIONS, {"key": {"path": [ASSET]}}),
    "its checks by partition": (CHECKS, {"key": {"path": [ASSET]}}),
    "launch dialog of `cell`, with the state of every partition": (
        DIALOG,
        {"repository": REPOSITORY, "name": PARTITION_SET},
    ),
}


class WebServer:
    """A running Dagster web server."""

    def __init__(self, url: str):
        self._client = httpx.Client(base_url=url, timeout=SECONDS)

    def ask(self, query: str, variables: Mapping[str, object]) -> dict[str, Any]:
        """The data that answers a query. Raises RuntimeError for an error, and for an answer that is one."""
        answer = self._client.post("/graphql", json={"query": query, "variables": variables}).json()
        if "errors" in answer or "Error" in str(_types(answer["data"])):
            raise RuntimeError(f"the web server answers {str(answer)[:1000]} to {query}")
        data: dict[str, Any] = answer["data"]
        return data

    def launch(self, backfill: Mapping[str, object]) -> str:
        """Launches a backfill and gives its id."""
        return str(self.ask(LAUNCH, {"backfill": backfill})["launchPartitionBackfill"]["backfillId"])

    def has_loaded(self) -> bool:
        """Whether it answers, and knows the project's definitions."""
        try:
            return bool(self.ask(LOADED, {})["repositoriesOrError"]["nodes"])
        except (httpx.TransportError, RuntimeError):
            return False


def _types(data: Mapping[str, Any]) -> list[str]:
    return [part["__typename"] for part in data.values() if isinstance(part, dict) and "__typename" in part]
