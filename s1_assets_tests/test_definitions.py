"""The definitions load, are complete, and need neither a GPU stack nor much time to import."""

import subprocess
import sys
from pathlib import Path

import dagster as dg

from s1_assets.cells import HOME, SOURCES, Cell
from s1_assets.definitions import build_defs
from s1_assets.partitions import SOURCE_MONTH, cell_of, partition_key
from s1_assets.settings import Settings
from s1_assets.tables import TABLES
from s1_assets_tests.definitions_text import definitions_text


def test_the_definitions_are_loadable_and_hold_the_whole_line():
    defs = build_defs()
    dg.Definitions.validate_loadable(defs)
    keys = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    assert keys == {
        "raw_papers",
        "figure_pairs",
        "context_bundles",
        "enhanced_captions",
        "quality_metrics",
        "published_shards",
        "release",
        "coverage",
        *(f"source/{source}" for source in SOURCES),
    }


def test_what_dagster_loads_is_what_the_committed_text_says():
    renew = "python -m s1_assets_tests.definitions_text > s1_assets_tests/definitions.txt"
    committed = Path(__file__).with_name("definitions.txt").read_text()
    assert definitions_text() == committed, f"when the change is meant: {renew}"


def test_every_asset_says_what_it_is_who_owns_it_and_what_its_columns_mean():
    graph = build_defs().resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description and node.owners and node.kinds and node.group_name != "default"
        if node.is_materializable:
            assert all(column.description for column in node.metadata["dagster/column_schema"].columns)
        if node.partitions_def:
            assert node.partitions_def == SOURCE_MONTH
            assert node.backfill_policy.max_partitions_per_run == 1


def test_the_lineage_begins_at_the_url_of_every_source():
    graph = build_defs().resolve_asset_graph()
    sources = [graph.get(key) for key in graph.get(dg.AssetKey("raw_papers")).parent_keys]
    assert {(node.key.path[-1], node.metadata["url"].value) for node in sources} == set(HOME.items())
    assert set(HOME) == set(SOURCES)
    assert all(node.is_external and not node.parent_keys for node in sources)


def test_every_field_of_the_launchpad_says_what_it_is():
    defs = build_defs(settings=Settings.from_environment({"S1_ALERTS": "webhook:http://127.0.0.1:9/"}))
    configured = {name: resource.get_resource_definition() for name, resource in defs.resources.items()}
    for job in defs.resolve_all_job_defs():
        configured |= {node.name: node.definition for node in job.graph.nodes}
    fields = {
        f"{owner}.{name}": field.description
        for owner, definition in configured.items()
        for name, field in getattr(definition.config_schema.config_type, "fields", {}).items()
    }
    assert {"lake.url", "workers.address", "requested_messages.messages", "what_stands.channel"} <= set(fields)
    assert [name for name, description in fields.items() if not description] == []


def test_every_check_judges_one_partition():
    checks = build_defs().resolve_asset_graph().asset_check_keys
    assert len(checks) == 14
    assert all(build_defs().resolve_asset_graph().get(key).partitions_def == SOURCE_MONTH for key in checks)


def test_only_the_stages_that_use_models_wait_for_the_gpu_pool():
    job = build_defs().resolve_job_def("cell")
    pools = {node.name: node.definition.pool for node in job.graph.nodes}
    assert {name for name, pool in pools.items() if pool == "gpu"} == {"enhanced_captions", "quality_metrics"}


def test_alerts_are_on_from_the_first_start():
    defs = build_defs()
    assert defs.resolve_sensor_def("alerts").default_status is dg.DefaultSensorStatus.RUNNING
    assert defs.resolve_schedule_def("alert_digest").default_status is dg.DefaultScheduleStatus.RUNNING


def test_a_cell_and_its_partition_key_are_one_to_one():
    cell = Cell("arxiv", "2024-03")
    assert partition_key(cell) == "2024-03|arxiv"
    assert cell_of(partition_key(cell)) == cell


def test_every_column_of_every_table_has_a_meaning():
    for table in TABLES:
        assert table.meaning and all(meaning for _, _, meaning in table.columns())
        assert set(table.key) <= {name for name, _, _ in table.columns()}


def test_loading_the_definitions_imports_no_heavy_library():
    heavy = "torch vllm ray transformers open_clip pymupdf scipy matplotlib duckdb"
    script = f"import sys, s1_assets.definitions; print([m for m in '{heavy}'.split() if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
