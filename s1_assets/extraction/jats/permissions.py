"""What an article's markup states for a figure alone: `permissions`, credit lines (`attrib`) and notes."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from s1_assets.extraction.jats.licence import licence_of
from s1_assets.extraction.jats.text import plain_text
from s1_assets.extraction.jats.xml import Element, href
from s1_assets.extraction.own_rights import EXCEPTED, joined, rights_in_words
from s1_assets.publishing.rights import OwnRights, rights_of

_CREDITS = ("attrib", "fn", "fn-group/fn", "p/fn")
_OF_FIGURES = frozenset({"fig", "fig-group", "graphic", "media", "caption"})


def own_rights(figure: Element, pictures: Sequence[Element]) -> OwnRights | None:
    """The narrowest of what a figure, its pictures and all that they stand in (panel, group, box) state."""
    around = {element: None for start in (figure, *pictures) for element in (start, *_around(start))}
    bearers = [part for element in around for part in (element, *element.findall("caption"))]
    return joined(stated for bearer in bearers for stated in _stated(bearer))


def _around(element: Element) -> Iterator[Element]:
    """What an element stands in; an abstract's figure stands in the metadata too, whose permissions are the paper's."""
    return takewhile(lambda outer: outer.tag != "article-meta", element.iterancestors())


def _stated(bearer: Element) -> Iterator[OwnRights | None]:
    permissions = bearer.findall("permissions")
    if permissions:
        yield _permitted(bearer, permissions)
    for path in _CREDITS if bearer.tag in _OF_FIGURES else _CREDITS[:1]:
        for credit in bearer.findall(path):
            yield rights_in_words(plain_text(credit))


def _permitted(bearer: Element, permissions: Sequence[Element]) -> OwnRights | None:
    """What `permissions` say. What they do not open is closed, and no licence opens what they except from it."""
    words = " ".join(filter(None, map(plain_text, permissions)))
    links = (href(licence) for element in permissions for licence in element.iter("license", "ext-link"))
    statement = " ".join([words, *(link for link in dict.fromkeys(links) if link and link not in words)]).strip()
    if not statement:
        return None
    return OwnRights("pointer_only" if EXCEPTED.search(words) else rights_of(licence_of(bearer)), statement)
