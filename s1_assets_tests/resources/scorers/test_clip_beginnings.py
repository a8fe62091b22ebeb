"""Which texts share a row of CLIP's text encoder, and what the tokens of a row see."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resources.scorers.clip_beginnings import Layout, Row, rows

START, END = 98, 99


@given(st.sets(st.lists(st.integers(1, 3), max_size=5).map(tuple), max_size=30))
def test_every_text_is_held_once_by_a_row_that_begins_with_it_and_no_row_begins_another(texts):
    found = rows(texts)
    held = [text for row in found for text in row.texts]
    assert sorted(held) == sorted(texts)
    assert all(row.lengths == sorted(row.lengths, reverse=True) for row in found)
    ends = {row.tokens for row in found}
    assert not any(other[: len(text)] == text for text in ends for other in ends - {text})


def test_an_end_mark_stands_where_its_text_ends_and_sees_no_further():
    layout = Layout.of([Row((1, 2, 3), [3, 1]), Row((4,), [1])], START, END)
    assert layout.tokens.tolist() == [[START, 1, 2, 3, END, END], [START, 4, END, 0, 0, 0]]
    assert layout.positions[0].tolist() == [0, 1, 2, 3, 4, 2]
    assert layout.positions[1].tolist()[:3] == [0, 1, 2]
    assert layout.ends.tolist() == [[4, 5], [2, 0]]
    assert layout.held.tolist() == [[True, True], [True, False]]
    assert seen(layout, 0, 3) == [0, 1, 2, 3]
    assert seen(layout, 0, 4) == [0, 1, 2, 3, 4]
    assert seen(layout, 0, 5) == [0, 1, 5]
    assert seen(layout, 1, 2) == [0, 1, 2]


def seen(layout: Layout, row: int, place: int) -> list[int]:
    return np.flatnonzero(layout.sees[row, place]).tolist()
