"""Papers that a plan does not know while full texts are lacking: they stay in their parts."""

import pytest

from resources.lake import Lake, PartWriter
from resources.sources.part import PartContents, SourcePart
from s1_assets.cells import Cell
from s1_assets.kept_papers import KeptPapers
from s1_assets.tables import IDENTITIES, RAW_PAPERS
from s1_assets_tests.publishing.made_up_pairs import paper_row

CELL = Cell("natcomms", "2024-01")
FIRST, SECOND = (paper_row(f"natcomms:10.1038/{number}", archive=f"pmc-oa/PMC{number}.1/") for number in (1, 2))
IDENTITY = {"paper_id": SECOND["paper_id"], "relation": "same", "identifier": "pmc:PMC2"}


@pytest.fixture
def lake(tmp_path):
    lake = Lake(str(tmp_path))
    for part, paper, identities in (("one", FIRST, []), ("two", SECOND, [IDENTITY])):
        writer = PartWriter(lake, {table: lake.path(table, CELL, part) for table in (RAW_PAPERS, IDENTITIES)})
        writer.append({"raw_papers": [paper], "identities": identities})
        writer.commit("made", {})
    return lake


def test_a_paper_of_a_part_that_is_not_planned_stays_in_it(lake):
    planned = [SourcePart("one", "1", 1, frozenset({FIRST["paper_id"]}))]
    kept = KeptPapers.of(lake, CELL, planned)
    assert kept.beside(planned) == [planned[0], SourcePart("two", "kept", 1, frozenset({SECOND["paper_id"]}))]
    found = PartContents()
    assert kept.complete("two", found) == 1
    assert (found.papers, found.identities) == ([*lake.rows(RAW_PAPERS, CELL, "two")], [IDENTITY])


def test_a_paper_of_a_planned_part_stays_beside_those_that_came(lake):
    planned = [SourcePart("two", "1", 1, frozenset({FIRST["paper_id"]}))]
    kept = KeptPapers.of(lake, CELL, planned)
    assert kept.beside(planned)[0].paper_ids == {FIRST["paper_id"], SECOND["paper_id"]}
    found = PartContents([FIRST])
    assert kept.complete("two", found) == 1
    assert found.papers == [FIRST, *lake.rows(RAW_PAPERS, CELL, "two")]
