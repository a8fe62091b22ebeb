"""Every source's sample papers through the line: nothing is made twice, and nothing is published that must not be."""

import json

import pytest

from resources.publishers.publisher import open_publisher
from s1_assets.cells import SOURCES
from s1_assets.publishing.manifest import read_manifest, read_release
from s1_assets.publishing.verify import verify
from s1_assets.tables import FIGURE_PAIRS
from s1_assets_tests.line import LINE, materialized
from samples.demo import CELLS


def test_every_source_has_a_sample_cell_with_pairs(sample_line):
    routes = {
        cell.source: {row["route"] for row in sample_line.lake.cell_rows(FIGURE_PAIRS, cell, ["route"])}
        for cell in CELLS
    }
    assert routes.keys() == set(SOURCES)
    assert all(routes.values())
    assert set.union(*routes.values()) == {"latex", "jats", "pdf"}


@pytest.mark.parametrize("source", ["biorxiv", "natcomms", "chemrxiv", "psyarxiv"])
def test_a_second_run_makes_nothing_again(sample_line, source):
    [cell] = [cell for cell in CELLS if cell.source == source]
    second = sample_line.run(cell)
    assert second.success
    assert {name: found["parts_new"] for name, found in materialized(second).items()} == dict.fromkeys(LINE, 0)


def test_what_is_published_verifies_and_withholds_withdrawn_and_retracted_papers(sample_line):
    publisher = open_publisher(sample_line.settings.publish)
    manifests = {cell: read_manifest(publisher, cell) for cell in CELLS}
    assert [fault for manifest in manifests.values() for fault in verify(publisher, manifest)] == []
    withheld = {paper: status for manifest in manifests.values() for paper, status in manifest.withheld.items()}
    assert withheld == {
        "arxiv:2405.99005": "withdrawn",
        "biorxiv:10.1101/2024.05.17.990003": "withdrawn",
        "natcomms:10.1038/s41467-024-99002-5": "retracted",
    }


def test_a_release_names_the_preprint_that_became_an_article(sample_line):
    outcome = sample_line.defs.resolve_job_def("make_release").execute_in_process(instance=sample_line.instance)
    assert materialized(outcome)["release"]["cells"] == len(CELLS)
    publisher = open_publisher(sample_line.settings.publish)
    [file] = [file for file in read_release(publisher).files if file.kind == "duplicates"]
    [repeated] = map(json.loads, publisher.read(file.file).decode().splitlines())
    assert repeated == {
        "paper_id": "biorxiv:10.1101/2024.05.06.990001",
        "source": "biorxiv",
        "month": "2024-05",
        "kept_paper_id": "natcomms:10.1038/s41467-024-99001-6",
        "kept_month": "2024-06",
    }
