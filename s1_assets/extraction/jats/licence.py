"""The licence of an article as a URL, from the many ways in which articles state it."""

from s1_assets.extraction.jats.text import plain_text
from s1_assets.extraction.jats.xml import Element, href
from s1_assets.extraction.licence_words import CC_URL, CLOSED, licence_in_words
from s1_assets.publishing.rights import narrowest


def licence_of(meta: Element) -> str | None:
    """The licence of an `article-meta` or a figure: a URL where it can be told, else its text, None for none.

    Where an article states several licences, or one of them in several ways, that which allows least counts: no
    licence of a picture in it, of its abstract or of an earlier version is to open all.
    """
    licences = meta.findall("permissions/license")
    if not licences:
        return licence_in_words(" ".join(map(plain_text, meta.findall("permissions"))))
    return narrowest(found for licence in licences if (found := _stated(licence)))


def _stated(licence: Element) -> str | None:
    """What a `license` says, in turn: its own Creative Commons address, one that its text links to, all other.

    A text that reserves all rights is not opened by what it links to.
    """
    own = list(filter(None, [href(licence), *map(plain_text, licence.iter("license_ref"))]))
    text = plain_text(licence)
    linked = [] if CLOSED.search(text) else list(filter(None, map(href, licence.iter("ext-link"))))
    for links in (own, linked):
        if opening := narrowest(link for link in links if CC_URL.match(link)):
            return opening
    return next(iter([*own, *linked]), None) or licence_in_words(text)
