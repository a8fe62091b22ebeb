"""Whether sources are asked themselves, and not read from a mirror that others fill."""

from resources.configured import MirrorResource


def why_not_live(mirror: MirrorResource) -> str | None:
    """Why sources are not asked for what is new, and what to set so that they are; None where they are asked."""
    if mirror.url:
        return (
            "S1_MIRROR is set, so papers come from that mirror: run cells by hand or `make backfill` when it has more; "
            "unset it, with S1_CONTACT set, to have the sources themselves asked"
        )
    if not mirror.contact:
        return "S1_CONTACT is not set: set it to an e-mail address or https:// URL to have sources asked what is new"
    return None
