"""Whether sources are asked themselves, and not read from a mirror that others fill."""

from resources.configured import MirrorResource
from resources.live.harvests import FEEDS


def why_not_live(mirror: MirrorResource, source: str) -> str | None:
    """Why a source is not asked for what is new, and what to set so that it is; None where it is asked."""
    if source not in FEEDS:
        return f"this version has no live access to {source}; run its cells from a mirror (S1_MIRROR)"
    if mirror.url:
        return (
            "S1_MIRROR is set, so papers come from that mirror: run cells by hand or `make backfill` when it has more; "
            f"unset it, with S1_CONTACT set, to have {source} itself asked"
        )
    if not mirror.contact:
        return f"S1_CONTACT is not set: set it to an e-mail address or https:// URL to have {source} asked what is new"
    return None
