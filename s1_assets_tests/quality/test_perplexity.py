"""Which masked copies a text's pseudo-perplexity asks for, and what their log probabilities amount to."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1_assets.quality.perplexity import COPY_TOKENS, masked_copies, pseudo_perplexities

MASK = -1
TEXTS = st.lists(st.lists(st.integers(0, 99), max_size=40), max_size=8)


@given(TEXTS, st.integers(1, 12), st.integers(1, 500))
def test_every_token_is_masked_once_and_the_others_are_its_own_text(texts, longest, batch_tokens):
    flat = [(text, position) for text in texts for position in range(len(text))]
    places = []
    for copies in masked_copies(texts, MASK, longest, batch_tokens):
        for row, column, target, place in zip(
            copies.tokens.tolist(), copies.columns, copies.targets, copies.places, strict=True
        ):
            text, position = flat[place]
            begin = position - column
            assert text[position] == target
            assert begin >= 0
            assert row == [
                MASK if begin + other == position else text[begin + other] for other in range(min(len(text), longest))
            ]
            places.append(place)
    assert sorted(places) == list(range(len(flat)))


@given(TEXTS, st.integers(1, 12), st.integers(1, 500))
def test_a_batch_holds_copies_of_one_length_within_its_size_longest_first(texts, longest, batch_tokens):
    shapes = [copies.tokens.shape for copies in masked_copies(texts, MASK, longest, batch_tokens)]
    assert all(copies == 1 or copies * (length + COPY_TOKENS) <= batch_tokens for copies, length in shapes)
    assert [length for _, length in shapes] == sorted((length for _, length in shapes), reverse=True)


@given(st.integers(1, 60), st.integers(1, 20))
def test_no_other_window_gives_a_token_more_context_on_its_poorer_side(tokens, longest):
    for copies in masked_copies([list(range(tokens))], MASK, longest, 1000):
        width = copies.tokens.shape[1]
        for column, place in zip(copies.columns.tolist(), copies.places.tolist(), strict=True):
            possible = [place - begin for begin in range(tokens - width + 1) if begin <= place < begin + width]
            assert min(column, width - 1 - column) == max(min(other, width - 1 - other) for other in possible)


def test_texts_of_the_same_length_share_a_batch():
    (copies,) = masked_copies([[1, 2], [3, 4]], MASK, 10, 1000)
    assert copies.tokens.tolist() == [[MASK, 2], [1, MASK], [MASK, 4], [3, MASK]]


def test_pseudo_perplexity_is_the_inverse_geometric_mean_of_the_tokens_probabilities():
    log_probabilities = np.log([0.5, 0.125, 0.01])
    first, none, last = pseudo_perplexities(log_probabilities, [2, 0, 1])
    assert first == pytest.approx(math.sqrt(2 * 8))
    assert none is None
    assert last == pytest.approx(100)


def test_without_texts_there_is_nothing_to_read_and_nothing_to_say():
    assert list(masked_copies([], MASK, 10, 100)) == []
    assert list(masked_copies([[], []], MASK, 10, 100)) == []
    assert pseudo_perplexities(np.zeros(0), [0, 0]) == [None, None]
    assert pseudo_perplexities(np.zeros(0), []) == []
