from dataclasses import replace

from s1_assets.captioning.extractive import ExtractiveCaptioner
from s1_assets.captioning.request import Captioner, CaptionRequest, Mention, cache_key
from s1_assets.tables import ENHANCED_CAPTIONS

PAIR = {
    "pair_id": "arxiv:1#1b",
    "paper_id": "arxiv:1",
    "image": b"png",
    "image_format": "png",
    "image_sha256": "aa",
    "label": "Figure 1",
    "panel": "b",
    "caption": "A pump.",
    "subcaption": None,
    "figure_text": None,
}
BUNDLE = {
    "title": "Pumps",
    "abstract": None,
    "mentions": [{"text": "Fig. [REF] shows a pump.", "section": "Intro", "order": 3}],
}
IDENTITY = {"model": "m", "revision": "1"}


def test_a_request_is_made_of_a_pair_and_its_context() -> None:
    request = CaptionRequest.from_rows(PAIR, BUNDLE)
    assert request.mentions == (Mention("Fig. [REF] shows a pump.", "Intro", 3),)
    assert (request.abstract, request.figure_text) == ("", ())


def test_the_cache_key_follows_what_decides_the_caption_and_nothing_else() -> None:
    request = CaptionRequest.from_rows(PAIR, BUNDLE)
    key = cache_key(request, IDENTITY)
    assert cache_key(replace(request, pair_id="arxiv:2#1b", paper_id="arxiv:2"), IDENTITY) == key
    for changed in (
        replace(request, image_sha256="bb"),
        replace(request, caption="A valve."),
        replace(request, mentions=()),
        replace(request, figure_text=("flow",)),
    ):
        assert cache_key(changed, IDENTITY) != key
    assert cache_key(request, IDENTITY | {"revision": "2"}) != key


def test_a_result_is_a_row_of_its_table() -> None:
    captioner: Captioner = ExtractiveCaptioner()
    [result] = captioner.caption([CaptionRequest.from_rows(PAIR, BUNDLE)])
    row = result.row("key")
    assert set(row) == set(ENHANCED_CAPTIONS.schema.names)
    ENHANCED_CAPTIONS.schema.empty_table().from_pylist([row], schema=ENHANCED_CAPTIONS.schema)
