from s1_assets.captioning.request import Mention
from s1_assets.captioning.selection import MOST_RANKED, by_information, candidates, ranked, select

VALVE = "Above 4 strokes a second the valve leaks and loses half of the water it lifted (Fig. [REF])."
AGAIN = "The valve leaks and loses half of the water it lifted above 4 strokes a second (Fig. [REF])."
PISTON = "Friction of the leather piston grows until it sticks at 60 degrees (Fig. [REF])."
POINTER = "See Fig. [REF] for more details."
CAPTION = "Flow against stroke rate."


def mentions(*texts: str) -> list[Mention]:
    return [Mention(text, "Results", order) for order, text in enumerate(texts)]


def orders(*texts: str) -> list[int]:
    return [mention.order for mention in by_information(mentions(*texts), None, CAPTION, ())]


def test_a_sentence_that_says_the_same_again_comes_behind_one_that_says_something_new() -> None:
    assert orders(VALVE, AGAIN, PISTON) == [0, 2, 1]


def test_a_sentence_that_cannot_stand_alone_comes_behind_all_that_can() -> None:
    assert orders(POINTER, VALVE, AGAIN) == [1, 2, 0]


def test_every_mention_has_its_place_in_the_order() -> None:
    many = [f"Valve number {n} opens at noon (Fig. [REF])." for n in range(MOST_RANKED + 5)]
    found = orders(*many)
    assert sorted(found) == list(range(len(many)))
    assert found[MOST_RANKED:] == list(range(MOST_RANKED, len(many)))


def test_what_is_selected_are_the_first_of_the_ranking_that_are_new_enough() -> None:
    offered = candidates(mentions(VALVE, AGAIN, PISTON), None)
    scores, in_rank = zip(*ranked(offered, CAPTION, ()), strict=True)
    assert list(scores) == sorted(scores, reverse=True)
    assert {one.order for one in select(offered, CAPTION, (), 500)} == {one.order for one in in_rank[:2]}
