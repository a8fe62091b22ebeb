"""Rows that failed in one run are asked for again by the next, and by no more than that."""

from dataclasses import replace
from pathlib import Path

from resources.lake import Lake, PartWriter
from s1_assets.assets.enhanced_captions import STAGE
from s1_assets.captioning.dispatch import Limits
from s1_assets.captioning.engine import Chat, Decoding, RefusedError
from s1_assets.captioning.engine_thread import EngineThread
from s1_assets.captioning.journal import Journal
from s1_assets.captioning.produce import caption_parts
from s1_assets.captioning.prompts import load_prompt
from s1_assets.captioning.rewrite import ModelInUse, RewritingCaptioner, decodings
from s1_assets.cells import Cell
from s1_assets.stage import Part, Report, run_stage
from s1_assets.tables import CONTEXT_BUNDLES, ENHANCED_CAPTIONS, FIGURE_PAIRS
from s1_assets_tests.captioning.test_rewrite import GOOD, Scripted, Words

CELL = Cell("arxiv", "2024-05")
FIGURES = 5


def put_figures(lake: Lake) -> None:
    """One part of figures, each with a citing sentence."""
    pairs, bundles = [], []
    for number in range(1, FIGURES + 1):
        own = {"pair_id": f"arxiv:2405.00001#{number}", "paper_id": "arxiv:2405.00001"}
        image = {"image": b"\x89PNG", "image_format": "png", "image_sha256": "0" * 64}
        pairs.append(own | image | {"label": f"Figure {number}", "caption": "The level of the tank over time."})
        mention = {"text": f"The level sinks fast at first (Figure {number}).", "section": "Results", "order": number}
        bundles.append(own | {"title": "Draining a tank", "abstract": "We drain a tank.", "mentions": [mention]})
    for table, rows in ((FIGURE_PAIRS, pairs), (CONTEXT_BUNDLES, bundles)):
        writer = PartWriter(lake, {table: lake.path(table, CELL, "part")})
        writer.append({table.name: rows})
        writer.commit(f"{table.name} as it is", {"counts": {}})


def caption(lake: Lake, cache: Path, refused: set[str]) -> tuple[Report, int]:
    """Runs the stage with an engine that refuses the figures named; returns the report and how often it was asked."""

    def script(chat: Chat, decoding: Decoding) -> str:
        if any(f"<label>\n{label}\n" in chat.own for label in refused):
            raise RefusedError("422: the image does not open")
        return GOOD

    replica = Scripted(script)
    engine = EngineThread([replica], Limits(in_flight=2))
    try:
        model = ModelInUse("model", "revision", Words(), 2000, decodings(64), {})
        captioner = RewritingCaptioner(model, load_prompt("brief"), engine, print)
        upstream = [Part.of(file) for file in lake.parts(CONTEXT_BUNDLES, CELL)]
        stage = replace(STAGE, config=captioner.identity)
        produce = caption_parts(lake, CELL, captioner, Journal(cache, CELL))
        return run_stage(stage, lake, CELL, upstream, produce=produce, log=print), len(replica.asked)
    finally:
        engine.close()


def test_failed_rows_are_asked_for_again_by_the_next_run_and_the_good_ones_kept(tmp_path):
    lake, cache = Lake(str(tmp_path / "lake")), tmp_path / "cache"
    put_figures(lake)
    first, asked = caption(lake, cache, {"Figure 2", "Figure 4"})
    assert (first.counts["status: failed"], asked) == (2, FIGURES)
    second, asked = caption(lake, cache, {"Figure 4"})
    assert (second.counts["status: failed"], second.counts["reused"], asked) == (1, FIGURES - 2, 2)
    third, asked = caption(lake, cache, set())
    assert (third.counts["status: enhanced"], third.counts["status: failed"], asked) == (FIGURES, 0, 1)
    last, asked = caption(lake, cache, set())
    assert (last.parts_current, last.parts_written, asked) == (["part"], [], 0)
    assert [row["status"] for row in lake.rows(ENHANCED_CAPTIONS, CELL, "part")] == ["enhanced"] * FIGURES


def test_rows_that_fail_again_leave_the_part_as_later_stages_know_it(tmp_path):
    lake, cache = Lake(str(tmp_path / "lake")), tmp_path / "cache"
    put_figures(lake)
    fingerprints = set()
    for _ in range(2):
        report, _ = caption(lake, cache, {"Figure 3"})
        assert report.parts_written == ["part"]
        [part] = lake.parts(ENHANCED_CAPTIONS, CELL)
        fingerprints.add(part.fingerprint)
    assert len(fingerprints) == 1


def test_parts_that_only_reuse_are_settled_one_by_one_before_anybody_is_asked(tmp_path):
    lake, cache = Lake(str(tmp_path / "lake")), tmp_path / "cache"
    put_figures(lake)
    caption(lake, cache, set())

    class Unasked:
        """Has captioned these figures before and may not be asked again."""

        identity = RewritingCaptioner(
            ModelInUse("model", "revision", Words(), 2000, decodings(64), {}), load_prompt("brief"), None, print
        ).identity

        def caption(self, requests):
            assert list(requests) == []
            return iter(())

    produce = caption_parts(lake, CELL, Unasked(), Journal(cache, CELL))
    outputs = produce([Part("part", ""), Part("part", "")])
    first = next(outputs)
    assert (first.done, first.counts["reused"], len(first.rows["enhanced_captions"])) == (True, FIGURES, FIGURES)
