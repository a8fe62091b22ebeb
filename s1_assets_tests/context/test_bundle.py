from s1_assets.context.bundle import bundle
from s1_assets.tables import CONTEXT_BUNDLES

PAPER = {"paper_id": "arxiv:1", "title": "Pumps", "abstract": "We pump."}
ANCHORS = [{"start": 5, "end": 10, "figure": 1, "panel": None}]
PASSAGE = {
    "paper_id": "arxiv:1",
    "order": 0,
    "section": "Intro",
    "text": "Fig. [REF] shows a pump.",
    "anchors": ANCHORS,
}


def pair(figure: int) -> dict[str, object]:
    return {"pair_id": f"arxiv:1#{figure}", "figure": figure, "panel": None, "label": None, "caption": "A pump."}


def test_every_pair_has_a_row_with_the_columns_of_the_table() -> None:
    rows = bundle(PAPER, [pair(1), pair(2)], [PASSAGE])
    assert [row["pair_id"] for row in rows] == ["arxiv:1#1", "arxiv:1#2"]
    assert [len(row["mentions"]) for row in rows] == [1, 0]
    assert all(set(row) == set(CONTEXT_BUNDLES.schema.names) for row in rows)


def test_equal_context_has_an_equal_hash_and_other_context_another() -> None:
    first, second = bundle(PAPER, [pair(1), pair(2)], [PASSAGE])
    assert bundle(PAPER, [pair(1)], [PASSAGE])[0]["context_sha256"] == first["context_sha256"]
    assert first["context_sha256"] != second["context_sha256"]
    assert bundle(PAPER | {"title": "Other"}, [pair(1)], [PASSAGE])[0]["context_sha256"] != first["context_sha256"]
