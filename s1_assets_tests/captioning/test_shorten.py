from hypothesis import given
from hypothesis import strategies as st

from s1_assets.captioning.shorten import items_within, sentences_within, words_within
from s1_assets.context.sentences import split_sentences

SENTENCES = "Heat flows. Water rises in the pipe. The pump stops."


def test_whole_sentences_are_kept_as_far_as_they_fit() -> None:
    assert sentences_within(SENTENCES, 40) == "Heat flows. Water rises in the pipe."
    assert sentences_within(SENTENCES, 10) == ""
    assert sentences_within(SENTENCES, len(SENTENCES)) == SENTENCES


def test_words_are_cut_with_an_ellipsis() -> None:
    assert words_within("Water rises (slowly) in the pipe", 14) == "Water rises…"
    assert words_within("Water", 5) == "Water"
    assert words_within("Water", 3) == "…"
    assert words_within("Water", 0) == ""


def test_the_last_items_go() -> None:
    assert items_within(["time", "energy", "flux"], 12) == "time; energy"
    assert items_within(["time"], 3) == ""


@given(st.text(alphabet="ab. A$", max_size=80), st.integers(0, 80))
def test_any_measure_gives_a_beginning_of_whole_sentences_that_fits(text: str, limit: int) -> None:
    def measure(part: str) -> int:
        return (len(part) + 2) // 3

    kept = sentences_within(text, limit, measure)
    assert measure(kept) <= limit or kept == ""
    assert text.startswith(kept)
    assert kept in ("", text) or len(kept) in {end for _, end in split_sentences(text)}
    assert measure(words_within(text, limit, measure)) <= limit
