"""A recaption in pieces: nothing of its text is lost, and each piece has its layer and its mark."""

from hypothesis import given
from hypothesis import strategies as st

from s1_assets.quality.report.marked import blocks

texts = st.text("ab. ", max_size=30)
LAYERS = {"visual": "A line rises to 12.5", "contextual": "The SNR falls."}
RECAPTION = "A line rises to 12.5. The SNR falls."


def marked(found):
    return [(block.layer, [(piece.text, piece.kind) for piece in block.pieces]) for block in found]


def span(text, kind):
    start = RECAPTION.index(text)
    return {"kind": kind, "text": text, "start": start, "end": start + len(text)}


def test_both_layers_are_told_apart_and_what_no_source_holds_is_marked():
    assert marked(blocks(RECAPTION, LAYERS, [span("SNR", "acronym"), span("12.5", "number")])) == [
        ("visual", [("A line rises to ", None), ("12.5", "number"), (". ", None)]),
        ("contextual", [("The ", None), ("SNR", "acronym"), (" falls.", None)]),
    ]


def test_a_recaption_that_begins_with_the_raw_caption_names_the_layer_of_the_rest_alone():
    found = blocks(
        "Counts by hour. Cyclists prefer mornings.", {"visual": None, "contextual": "Cyclists prefer mornings."}, []
    )
    assert [block.layer for block in found] == [None, "contextual"]


@given(
    st.text(max_size=40), st.text(max_size=20), st.text(max_size=20), st.lists(st.tuples(*[st.integers(-5, 60)] * 2))
)
def test_no_character_is_lost_or_doubled_whatever_the_layers_and_spans(recaption, visual, contextual, spans):
    ungrounded = [{"kind": "number", "text": "", "start": start, "end": end} for start, end in spans]
    layers = {"visual": visual, "contextual": contextual}
    found = blocks(recaption, layers, ungrounded)
    text = "".join(piece.text for block in found for piece in block.pieces)
    assert text.split() == recaption.split()
